import { Select } from "@mantine/core";
import { type Kind, kindOf, type Trigger } from "@/features/journeys/definition";
import { Control } from "@/features/journeys/fields";
import styles from "@/features/journeys/form.module.css";
import type { DraftProblem } from "@/features/journeys/journeys";
import { useFault } from "@/features/journeys/problems";
import type { Editor } from "@/features/journeys/use-editor";
import { useCodes, useWords } from "@/features/journeys/words";

interface TriggerFormProps {
  editor: Editor;
  triggers: readonly Kind[];
  problems: readonly DraftProblem[];
}

/** What starts the journey. */
export function TriggerForm({ editor, triggers, problems }: TriggerFormProps) {
  const w = useWords();
  const code = useCodes();
  const fault = useFault();
  const { definition, edit } = editor;
  const { trigger } = definition;
  const kind = kindOf(triggers, trigger.kind);
  const mine = problems.filter(({ field }) => field.startsWith("/trigger"));
  return (
    <div className={styles["stack"]}>
      <Select
        label={w("trigger")}
        data={triggers.map((one) => ({ value: one.kind, label: code("trigger", one.kind) }))}
        value={trigger.kind}
        onChange={(next) => next && edit((now) => ({ ...now, trigger: { kind: next } }))}
      />
      {trigger.kind === "webhook" ? <p className={styles["faint"]}>{w("webhookWhy")}</p> : null}
      {(kind?.fields ?? []).map((field) => (
        <Control
          key={`${trigger.kind}/${field.key}`}
          field={field}
          values={trigger}
          definition={definition}
          error={fault(mine, field.key)}
          change={(values) => edit((now) => ({ ...now, trigger: kept({ ...now.trigger, ...values }) }), `trigger/${field.key}`)}
        />
      ))}
    </div>
  );
}

function kept(trigger: Trigger): Trigger {
  return Object.fromEntries(Object.entries(trigger).filter(([, value]) => value !== undefined)) as Trigger;
}
