import { Mark, type Tone } from "@/components/mark";
import { useCodes } from "@/features/broadcasts/words";

const TONES: Record<string, Tone> = {
  approval: "warn",
  ready: "accent",
  planning: "line",
  planned: "line",
  done: "good",
  drifted: "warn",
  stopped: "bad",
};

export function StateMark({ state }: { state: string }) {
  const code = useCodes();
  return <Mark tone={TONES[state] ?? "plain"}>{code("state", state)}</Mark>;
}
