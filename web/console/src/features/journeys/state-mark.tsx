import { Mark, type Tone } from "@/components/mark";
import { useCodes } from "@/features/journeys/words";

const TONES: Record<string, Tone> = { live: "good", paused: "warn", draining: "accent" };

export function StateMark({ state }: { state: string }) {
  const code = useCodes();
  return <Mark tone={TONES[state] ?? "plain"}>{code("state", state)}</Mark>;
}
