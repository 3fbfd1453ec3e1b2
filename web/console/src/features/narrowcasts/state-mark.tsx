import { Mark, type Tone } from "@/components/mark";
import { useCodes } from "@/features/narrowcasts/words";

const TONES: Record<string, Tone> = {
  approval: "warn",
  ready: "accent",
  prepared: "line",
  unknown: "line",
  sending: "line",
  succeeded: "good",
  failed: "bad",
  held: "warn",
  parked: "bad",
};

export function StateMark({ state }: { state: string }) {
  const code = useCodes();
  return <Mark tone={TONES[state] ?? "plain"}>{code("state", state)}</Mark>;
}
