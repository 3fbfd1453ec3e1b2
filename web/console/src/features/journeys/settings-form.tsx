import { Button, TextInput } from "@mantine/core";
import { ArrowRight } from "lucide-react";
import { Panel } from "@/components/page";
import type { Definition, Kind, Pattern, Settings } from "@/features/journeys/definition";
import { Faults } from "@/features/journeys/faults";
import styles from "@/features/journeys/form.module.css";
import type { DraftProblem } from "@/features/journeys/journeys";
import { ExitFields, GoalFields } from "@/features/journeys/pattern-fields";
import { ReentryFields } from "@/features/journeys/reentry-fields";
import { RestraintFields } from "@/features/journeys/restraint-fields";
import { TriggerForm } from "@/features/journeys/trigger-form";
import type { Editor } from "@/features/journeys/use-editor";
import { useWords } from "@/features/journeys/words";

interface SettingsFormProps {
  editor: Editor;
  triggers: readonly Kind[];
  problems: readonly DraftProblem[];
  onward: () => void;
}

/** Everything that holds for the whole journey, decided before it is drawn. */
export function SettingsForm({ editor, triggers, problems, onward }: SettingsFormProps) {
  const w = useWords();
  const { definition, edit } = editor;
  const put = (values: Partial<Definition>, at: string) => edit((now) => without({ ...now, ...values }), at);
  const settings = (values: Partial<Settings>, at: string) =>
    edit((now) => ({ ...now, settings: without({ ...now.settings, ...values }) }), at);
  return (
    <div className={styles["two"]}>
      <div className={styles["stack"]}>
        <Panel title={w("basics")}>
          <TextInput
            label={w("name")}
            value={definition.name}
            maxLength={200}
            onChange={(event) => put({ name: event.currentTarget.value }, "name")}
            data-data
          />
        </Panel>
        <Panel title={w("who")}>
          <div className={styles["stack"]}>
            <TriggerForm editor={editor} triggers={triggers} problems={problems} />
            <ReentryFields value={definition.reentry ?? { mode: "once" }} change={(reentry) => put({ reentry }, "reentry")} />
          </div>
        </Panel>
      </div>
      <div className={styles["stack"]}>
        <Panel title={w("until")}>
          <div className={styles["stack"]}>
            <GoalFields value={definition.goal} change={(goal) => put({ goal } as Partial<Definition>, "goal")} />
            <ExitFields
              value={definition.exit_on ?? []}
              change={(exits: Pattern[]) => put({ exit_on: exits.length ? exits : undefined } as Partial<Definition>, "exit_on")}
            />
          </div>
        </Panel>
        <Panel title={w("restraint")}>
          <RestraintFields settings={definition.settings ?? {}} change={settings} />
        </Panel>
        <Faults of={problems.filter(({ step, field }) => step === "" && !field.startsWith("/trigger"))} />
        <Button rightSection={<ArrowRight size={15} aria-hidden />} onClick={onward} className={styles["onward"] ?? ""}>
          {w("next")}
        </Button>
      </div>
    </div>
  );
}

/** Without what was taken out. */
function without<T extends object>(whole: T): T {
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined)) as T;
}
