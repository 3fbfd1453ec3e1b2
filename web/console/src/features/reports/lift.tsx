import { Button, Tooltip } from "@mantine/core";
import { Mark } from "@/components/mark";
import { Failed } from "@/components/states";
import { useLift } from "@/features/reports/reports";
import { useWords } from "@/features/reports/words";
import { useFormat } from "@/lib/format";

/** What a journey brought beyond those held out of it; asked for when somebody wants to know, for it reads all of history. */
export function Lift({ journey }: { journey: string }) {
  const w = useWords();
  const format = useFormat();
  const lift = useLift();
  if (lift.error) return <Failed error={lift.error} retry={() => lift.mutate(journey)} small />;
  if (!lift.data)
    return (
      <Button variant="subtle" size="compact-xs" loading={lift.isPending} onClick={() => lift.mutate(journey)}>
        {w("lift.ask")}
      </Button>
    );
  const { held_out: held } = lift.data.groups;
  const rate = lift.data.lift.rate;
  if (!held?.people) return <>{w("lift.nobody")}</>;
  if (!rate) return <>{w("lift.few")}</>;
  const points = (share: number) => `${share > 0 ? "+" : ""}${format.percent(share)}`;
  return (
    <Tooltip label={w("lift.interval", { low: points(rate.low), high: points(rate.high), count: held.people })}>
      <span>
        <Mark tone={rate.certain ? (rate.estimate > 0 ? "good" : "bad") : "plain"}>{points(rate.estimate)}</Mark> {rate.certain ? "" : w("lift.uncertain")}
      </span>
    </Tooltip>
  );
}
