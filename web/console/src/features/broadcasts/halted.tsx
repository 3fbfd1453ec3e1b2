import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleStop, TriangleAlert, UserRoundCheck } from "lucide-react";
import { meQuery } from "@/api/me";
import { type Broadcast, touchedAt } from "@/features/broadcasts/broadcasts";
import { useWords } from "@/features/broadcasts/words";
import { useFormat } from "@/lib/format";

/** Whether who looks at it is who wrote it: nobody approves what is their own. */
export function useIsMine(of: Broadcast): boolean {
  const me = useQuery(meQuery).data;
  return me !== null && me !== undefined && of.author === `${me.kind}:${me.id}`;
}

/** Why it does not go on by itself, and who can let it. */
export function Halted({ of }: { of: Broadcast }) {
  const w = useWords();
  const format = useFormat();
  const mine = useIsMine(of);
  if (of.state === "approval")
    return (
      <Alert color="yellow" icon={<UserRoundCheck size={18} aria-hidden />} title={w("waitsForApproval")}>
        {w(mine ? "waitsForOther" : "waitsForYou")}
      </Alert>
    );
  if (of.state === "drifted")
    return (
      <Alert color="yellow" icon={<TriangleAlert size={18} aria-hidden />} title={w("drifted")}>
        {w("driftedWhy", { expected: of.definition.expected ?? 0, count: of.frozen ?? 0 })}
      </Alert>
    );
  if (of.state === "stopped")
    return (
      <Alert color="red" icon={<CircleStop size={18} aria-hidden />} title={w("stopped")}>
        {w("stoppedWhy", { when: format.moment(touchedAt(of)) })}
      </Alert>
    );
  return null;
}
