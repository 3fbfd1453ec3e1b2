import { readOptions } from "./options";
import { Tracker } from "./tracker";
import { warn } from "./warn";

declare const VERSION: string;

const FUNCTIONS = ["page", "track", "identify", "cart", "consent", "reset"] as const;
type Name = (typeof FUNCTIONS)[number];
type Call = [name: Name, ...args: unknown[]];

/** `window.tieline`: an array of calls before this script runs, the same object with functions afterwards. */
type Face = Call[] & { version?: string; push(...calls: Call[]): number } & { [name in Name]?: (...args: unknown[]) => void };

declare global {
  interface Window {
    tieline?: Face;
  }
}

/** Put the functions on the array itself, so that a reference taken before load goes on working. */
function install(face: Face, tracker: Tracker): void {
  const call = ([name, ...args]: Call): void => {
    if (!FUNCTIONS.includes(name)) return warn(`no such function: ${name}`);
    try {
      (tracker[name] as (...args: unknown[]) => void).apply(tracker, args);
    } catch (error) {
      // A shop must never break because of its statistics.
      warn(`${name} failed: ${error}`);
    }
  };
  const waiting = face.splice(0);
  for (const name of FUNCTIONS) face[name] = (...args) => call([name, ...args]);
  face.push = (...calls) => {
    for (const entry of calls) call(Array.from(entry) as Call);
    return 0;
  };
  face.push(...waiting);
}

function listen(tracker: Tracker): void {
  addEventListener("online", () => tracker.sender.online());
  addEventListener("pagehide", () => tracker.sender.leave());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") tracker.sender.leave();
  });
  // Another tab granted or withdrew.
  addEventListener("storage", () => tracker.currentConsent());
}

function start(): void {
  const face = (window.tieline ??= [] as unknown as Face);
  if (face.version) return;
  if (!script?.dataset.writeKey) return warn("the script tag needs data-write-key");
  face.version = VERSION;
  const options = readOptions(script);
  const tracker = new Tracker(options);
  listen(tracker);
  // The page was seen before anything the page said.
  if (options.autoPage) face.unshift(["page"]);
  install(face, tracker);
  tracker.sender.nudge();
}

// Known only while the script itself runs, so it is read here and not in a listener.
const script = (document.currentScript ?? document.querySelector("script[data-write-key]")) as HTMLScriptElement | null;

// A page prepared ahead of a click has been seen by nobody yet.
if ((document as { prerendering?: boolean }).prerendering) document.addEventListener("prerenderingchange", start, { once: true });
else start();
