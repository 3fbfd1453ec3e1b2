import { Button, Select, TextInput } from "@mantine/core";
import { Coins, Trash2 } from "lucide-react";
import { Panel } from "@/components/page";
import { type Definition, type Kind, kindOf, stepOf, TRIGGER } from "@/features/journeys/definition";
import { change, connect } from "@/features/journeys/edit";
import { Control } from "@/features/journeys/fields";
import styles from "@/features/journeys/form.module.css";
import type { DraftProblem } from "@/features/journeys/journeys";
import { Faults } from "@/features/journeys/faults";
import { fieldOf, useFault } from "@/features/journeys/problems";
import { useSummary } from "@/features/journeys/summary";
import { TriggerForm } from "@/features/journeys/trigger-form";
import type { Editor } from "@/features/journeys/use-editor";
import { waysOf } from "@/features/journeys/ways";
import { useCodes, useWords } from "@/features/journeys/words";

interface StepPanelProps {
  editor: Editor;
  kinds: readonly Kind[];
  triggers: readonly Kind[];
  id: string;
  problems: readonly DraftProblem[];
  select: (id: string) => void;
  remove: (id: string) => void;
}

/** The form of the chosen step: what its kind asks for, where it goes on to, and what is wrong with it. */
export function StepPanel({ editor, kinds, triggers, id, problems, select, remove }: StepPanelProps) {
  const w = useWords();
  const code = useCodes();
  const { definition, edit } = editor;
  if (id === TRIGGER)
    return (
      <Panel title={w("trigger")}>
        <TriggerForm editor={editor} triggers={triggers} problems={problems} />
      </Panel>
    );
  const step = stepOf(definition, id);
  const kind = step && kindOf(kinds, step.kind);
  if (!step || !kind)
    return (
      <Panel title={w("chosenNothing")}>
        <p className={styles["faint"]}>{w("chooseStep")}</p>
      </Panel>
    );
  return (
    <Panel title={code("kind", step.kind)} key={id}>
      <div className={styles["stack"]}>
        {kind.paid ? (
          <p className={styles["paid"]}>
            <Coins size={13} aria-hidden />
            {w("paidWhy")}
          </p>
        ) : null}
        <StepFields {...{ editor, kind, id, problems }} />
        <Ways {...{ definition, kinds, id, select }} put={(at, to) => edit((now) => connect(now, { from: id, at }, to))} />
        <NameField
          key={step.id}
          id={step.id}
          taken={definition.steps.map((one) => one.id)}
          rename={(name) => {
            edit((now) => change(now, id, { id: name }, kinds));
            select(name);
          }}
        />
        <Faults of={problems.filter((one) => !kind.fields.some(({ key }) => key === fieldOf(one)))} />
        <Button variant="subtle" color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => remove(id)}>
          {w("removeStep")}
        </Button>
      </div>
    </Panel>
  );
}

interface StepFieldsProps {
  editor: Editor;
  kind: Kind;
  id: string;
  problems: readonly DraftProblem[];
}

function StepFields({ editor, kind, id, problems }: StepFieldsProps) {
  const fault = useFault();
  const { definition, edit } = editor;
  const step = stepOf(definition, id);
  if (!step) return null;
  return kind.fields
    .filter((field) => field.key !== "id" && !field.leads_on)
    .map((field) => (
      <Control
        key={field.key}
        field={field}
        values={step}
        definition={definition}
        error={fault(problems, field.key)}
        change={(values) => edit((now) => change(now, id, values, [kind]), `${id}/${field.key}`)}
      />
    ));
}

interface WaysProps {
  definition: Definition;
  kinds: readonly Kind[];
  id: string;
  select: (id: string) => void;
  put: (at: string, to: string | null) => void;
}

const END = "@end";

/** Where each way goes on to: to any other step, so that two ways can meet again. */
function Ways({ definition, kinds, id, put }: WaysProps) {
  const w = useWords();
  const code = useCodes();
  const summary = useSummary();
  const step = stepOf(definition, id);
  if (!step) return null;
  const others = definition.steps
    .filter((one) => one.id !== id)
    .map((one) => ({ value: one.id, label: [code("kind", one.kind), summary(one)].filter(Boolean).join("：").slice(0, 60) }));
  return waysOf(step, kinds).map(({ at, to, name }) => (
    <Select
      key={at}
      label={name ? `${w("leads")}：${name}` : code("field", at)}
      data={[{ value: END, label: w("endsHere") }, ...others]}
      value={to !== null && stepOf(definition, to) ? to : END}
      onChange={(next) => put(at, next === END ? null : next)}
      data-data
    />
  ));
}

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** The name by which reports and programs know the step. It is taken over when it is whole. */
function NameField({ id, taken, rename }: { id: string; taken: string[]; rename: (id: string) => void }) {
  const w = useWords();
  return (
    <TextInput
      label={w("stepId")}
      defaultValue={id}
      onBlur={(event) => {
        const name = event.currentTarget.value.trim();
        if (name !== id && SLUG.test(name) && !taken.includes(name)) rename(name);
        else event.currentTarget.value = id;
      }}
      styles={{ input: { fontFamily: "var(--mono)" } }}
      data-data
    />
  );
}
