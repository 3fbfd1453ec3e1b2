import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { CircleCheck, RotateCcw } from "lucide-react";
import { useMay } from "@/api/me";
import { Panel } from "@/components/page";
import { useReasons } from "@/components/reasons";
import { Blank, Failed, Waiting } from "@/components/states";
import form from "@/features/journeys/form.module.css";
import { type Journey, useErrors, useReplay } from "@/features/journeys/journeys";
import { useWords } from "@/features/journeys/words";
import { useFormat } from "@/lib/format";

/** What went wrong, and the way to let it go on where nothing can happen twice. */
export function Errors({ journey }: { journey: Journey }) {
  const w = useWords();
  const may = useMay();
  const errors = useErrors(journey.key);
  const replay = useReplay(journey.key);
  if (errors.error) return <Failed error={errors.error} retry={() => void errors.refetch()} />;
  if (!errors.data) return <Waiting rows={4} />;
  const { people, messages, calls } = errors.data;
  if (people.length + messages.length + calls.length === 0)
    return (
      <Blank icon={CircleCheck} title={w("noErrors")}>
        {w("noErrorsWhy")}
      </Blank>
    );
  return (
    <div className={form["stack"]}>
      {may("journeys.write") ? (
        <div className={form["row"]}>
          <Button
            leftSection={<RotateCcw size={15} aria-hidden />}
            loading={replay.isPending}
            onClick={() =>
              replay.mutate(undefined, { onSuccess: (done) =>
                  notifications.show({
                    message: w("replayed", { people: done.people, messages: done.messages, calls: done.calls }),
                  }),
               })
            }
          >
            {w("replay")}
          </Button>
          <p className={form["faint"]}>{w("replayWhy")}</p>
        </div>
      ) : null}
      {replay.error ? <Failed error={replay.error} small /> : null}
      <Lines title={w("errorPeople")} lines={people.map((one) => ({ ...one, id: one.enrolment_id }))} />
      <Lines title={w("errorMessages")} lines={messages.map((one) => ({ ...one, id: one.send_id }))} />
      <Lines title={w("errorCalls")} lines={calls.map((one) => ({ ...one, id: one.call_id }))} />
    </div>
  );
}

interface Line {
  id: string;
  step: string;
  reason: string | null;
  at: string | null;
}

function Lines({ title, lines }: { title: string; lines: Line[] }) {
  const reason = useReasons();
  const format = useFormat();
  if (lines.length === 0) return null;
  return (
    <Panel title={title}>
      <ul className={form["lines"]}>
        {lines.map((one) => (
          <li key={one.id}>
            <span data-data>
              {one.step} · {reason(one.reason ?? "")}
            </span>
            <span className={form["faint"]}>{one.at ? format.moment(one.at) : null}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
