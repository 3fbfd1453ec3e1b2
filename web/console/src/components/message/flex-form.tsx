import { Button, SegmentedControl } from "@mantine/core";
import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { Bubble } from "@/components/message/bubble";
import { useDraft } from "@/components/message/draft";
import { asCarousel, BUBBLES_MAX } from "@/components/message/flex";
import { FlexJson } from "@/components/message/flex-json";
import { useStarts } from "@/components/message/starts";
import { Items } from "@/components/message/items";
import styles from "@/components/message/message.module.css";
import { type Json, listAt, read, textAt } from "@/components/message/tree";
import { useWords } from "@/components/message/words";

/** A Flex message, by form or as JSON: the same tree, seen in two ways. */
export function FlexForm({ at }: { at: string }) {
  const w = useWords();
  const [way, setWay] = useState<"form" | "json">("form");
  return (
    <div className={styles["flex"]}>
      <div className={styles["flexHead"]}>
        <SegmentedControl
          size="xs"
          aria-label={w("flexWay")}
          data={[
            { value: "form", label: w("byForm") },
            { value: "json", label: "JSON" },
          ]}
          value={way}
          onChange={(chosen) => setWay(chosen === "json" ? "json" : "form")}
        />
        <Starts at={at} />
      </div>
      {way === "json" ? <FlexJson at={at} /> : <Shapes at={at} />}
    </div>
  );
}

/** Designs to begin from. */
function Starts({ at }: { at: string }) {
  const w = useWords();
  const { set, messages } = useDraft();
  const starts = useStarts();
  return (
    <div className={styles["starts"]} role="group" aria-label={w("starts")}>
      {starts.map(({ name, contents, altText }) => (
        <Button
          key={name}
          variant="default"
          size="compact-sm"
          leftSection={<LayoutTemplate size={13} aria-hidden />}
          onClick={() => {
            const message = at.replace(/\/contents$/, "");
            const whole = read(messages, message) as Json;
            set(message, { ...whole, altText: textAt(messages, `${message}/altText`) || altText, contents });
          }}
        >
          {name}
        </Button>
      ))}
    </div>
  );
}

function Shapes({ at }: { at: string }) {
  const w = useWords();
  const { messages, set } = useDraft();
  if (textAt(messages, `${at}/type`) !== "carousel")
    return (
      <>
        <Bubble at={at} />
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => set(at, asCarousel(read(messages, at) as Json))}>
            {w("makeCarousel")}
          </Button>
        </div>
      </>
    );
  const bubbles = listAt(messages, `${at}/contents`);
  const first = bubbles[0] as Json | undefined;
  return (
    <>
      <Items at={`${at}/contents`} item="bubble" least={1} most={BUBBLES_MAX} blank={first ?? { type: "bubble" }}>
        {(here) => <Bubble at={here} />}
      </Items>
      {bubbles.length === 1 && first ? (
        <div>
          <Button variant="subtle" size="compact-sm" onClick={() => set(at, first)}>
            {w("makeOne")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
