/** What the script tag says. */
export interface Options {
  /** Where batches go: beside the script itself, so there is one host to allow and to publish. */
  readonly url: string;
  readonly writeKey: string;
  readonly consentRequired: boolean;
  readonly autoPage: boolean;
}

/** Read the tag's attributes. Anything but an exact "none" asks for consent first. */
export function readOptions(script: HTMLScriptElement): Options {
  const { writeKey = "", consent, autoPage } = script.dataset;
  return {
    url: new URL("v1/batch", script.src).href,
    writeKey,
    consentRequired: consent !== "none",
    autoPage: autoPage !== "false",
  };
}
