import { useSegmentNames } from "@/api/segments";
import type { Condition } from "@/components/condition/condition";
import { useDescribe, written } from "@/components/condition/describe";
import { useWords as useGrammar } from "@/components/condition/words";
import { useNames } from "@/components/names";
import type { Step, Trigger } from "@/features/journeys/definition";
import { useCodes, useWords } from "@/features/journeys/words";
import { spanOf } from "@/lib/duration";

type Named = { name?: string; share?: number };

/** A duration in words: "1 hour". What cannot be read stands as it is. */
export function useSpan(): (text: unknown) => string {
  const w = useWords();
  return (text) => {
    const span = typeof text === "string" ? spanOf(text) : null;
    return span ? w(`span.${span.unit}`, { count: span.count }) : typeof text === "string" ? text : "";
  };
}

/** A condition in one sentence, its parts included. */
export function useSentence(): (condition: unknown) => string {
  const grammar = useGrammar();
  const describe = useDescribe(useSegmentNames());
  function say(condition: Condition): string {
    if (condition.all) return condition.all.map(say).join(` ${grammar("and")} `);
    if (condition.any) return condition.any.map(say).join(` ${grammar("or")} `);
    if (condition.not) return `${grammar("not")} ${say(condition.not)}`;
    if (condition.include)
      return [say(condition.include), condition.exclude ? `${grammar("exclude")}：${say(condition.exclude)}` : ""].join(" ");
    return describe(condition);
  }
  return (condition) => (condition && typeof condition === "object" ? say(condition as Condition) : "");
}

/** What a message says, as a lock screen would show it. */
export function firstWords(messages: unknown): string {
  const [first] = Array.isArray(messages) ? (messages as { text?: unknown; altText?: unknown }[]) : [];
  const said = first?.altText ?? first?.text;
  return typeof said === "string" ? said : "";
}

function channels(ways: unknown): string {
  return (Array.isArray(ways) ? (ways as { channel?: string }[]) : []).map(({ channel }) => channel ?? "").join(" / ");
}

/** What a step does, in one line under the name of its kind. */
export function useSummary(): (step: Step | Trigger) => string {
  const w = useWords();
  const code = useCodes();
  const names = useNames();
  const span = useSpan();
  const sentence = useSentence();
  const segments = useSegmentNames();
  const named = (list: unknown) => (Array.isArray(list) ? (list as Named[]) : []);
  const text = (value: unknown) => (value === undefined || value === null ? "" : written(value));
  const days = (step: Step | Trigger) =>
    named(step["weekdays"]).length ? ` ${(step["weekdays"] as string[]).map((day) => code("weekday", day)).join("、")}` : "";

  return (step) => {
    switch (step.kind) {
      case "wait":
        return span(step["for"]);
      case "wait_until_time":
        return `${text(step["time"])}${days(step)}`;
      case "wait_until_date":
        return `${text(step["date"]).replace(/^trigger\./, "")} ${text(step["days"])} ${text(step["time"])}`.trim();
      case "wait_for_event":
        return w("say.waitEvent", { event: names.event(text(step["event"])), span: span(step["timeout"]) });
      case "condition":
        return sentence(step["if"]);
      case "split_by_button":
        return named(step["buttons"]).map(({ name }) => name).join(" / ");
      case "random_split":
        return named(step["branches"]).map(({ name, share }) => `${name ?? ""} ${share ?? 0}%`).join(" / ");
      case "ab_test":
        return named(step["branches"]).map(({ name }) => name).join(" / ");
      case "holdout":
        return w("say.holdout", { share: text(step["share"]) });
      case "send_line":
        return firstWords(step["messages"]) || w("say.empty");
      case "send":
        return channels(step["ways"]);
      case "set_trait":
        return `${names.trait(text(step["name"]))} = ${text(step["value"])}`;
      case "rich_menu":
        return text(step["menu"]) || w("say.noMenu");
      case "audience":
        return `${step["action"] === "remove" ? "−" : "+"}${text(step["list"])}`;
      case "webhook":
        return text(step["url"]);
      case "coupon":
        return text(step["pool"]);
      case "start_journey":
      case "leave_journey":
        return text(step["journey"]);
      case "event":
        return names.event(text(step["event"]));
      case "segment_entered":
      case "segment_exited":
        return segments[text(step["segment"])] ?? text(step["segment"]);
      case "keyword":
        return named(step["words"]).length ? (step["words"] as string[]).join("、") : "";
      case "postback":
        return text(step["data"]);
      case "schedule":
        return `${text(step["time"])}${days(step)}`;
      case "date":
        return `${names.trait(text(step["trait"]))} ${text(step["days"])} ${text(step["time"])}`;
      case "tag":
        return "tag" in step
          ? text(step["tag"])
          : [...((step["add"] as string[]) ?? []).map((tag) => `+${tag}`), ...((step["remove"] as string[]) ?? []).map((tag) => `−${tag}`)].join(" ");
      default:
        return text(step["account"]);
    }
  };
}
