import { Button, Input, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { PencilLine } from "lucide-react";
import { useState } from "react";
import type { Condition } from "@/components/condition/condition";
import { Block } from "@/components/condition/editor/block";
import { decompose } from "@/components/condition/editor/decompose";
import { compose, type Draft, emptyDraft } from "@/components/condition/editor/draft";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/journeys/form.module.css";
import { useSentence } from "@/features/journeys/summary";
import { useWords } from "@/features/journeys/words";

interface ConditionFieldProps {
  label: string;
  value: unknown;
  change: (condition: Condition | undefined) => void;
  required: boolean;
  error?: string | undefined;
}

/** A condition on the person: said in a sentence, and written in a window of its own, as in segments. */
export function ConditionField({ label, value, change, required, error }: ConditionFieldProps) {
  const w = useWords();
  const sentence = useSentence();
  const [opened, { open, close }] = useDisclosure(false);
  const condition = value && typeof value === "object" ? (value as Condition) : null;
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      <div className={styles["condition"]}>
        <span data-data>{condition ? sentence(condition) : ""}</span>
        {condition ? null : <span className={styles["faint"]}>{w("noCondition")}</span>}
        <div className={styles["row"]}>
          <Button variant="default" size="compact-sm" leftSection={<PencilLine size={13} aria-hidden />} onClick={open}>
            {w(condition ? "editCondition" : "writeCondition")}
          </Button>
          {condition && !required ? (
            <Button variant="subtle" size="compact-sm" color="gray" onClick={() => change(undefined)}>
              {w("noneOf")}
            </Button>
          ) : null}
        </div>
      </div>
      {opened ? <ConditionWindow title={label} condition={condition} close={close} done={change} /> : null}
    </Input.Wrapper>
  );
}

interface WindowProps {
  title: string;
  condition: Condition | null;
  close: () => void;
  done: (condition: Condition) => void;
}

function ConditionWindow({ title, condition, close, done }: WindowProps) {
  const w = useWords();
  const shared = useShared();
  const [draft, setDraft] = useState<Draft>(() => (condition ? decompose(condition) : emptyDraft()));
  const whole = compose(draft);
  return (
    <Modal opened onClose={close} size={860} title={title} closeButtonProps={{ "aria-label": shared("close") }}>
      <div className={styles["stack"]}>
        <Block
          side="include"
          rows={draft.include}
          joint={draft.joint}
          except=""
          setJoint={(joint) => setDraft({ ...draft, joint })}
          change={(include) => setDraft({ ...draft, include })}
        />
        <Block
          side="exclude"
          rows={draft.exclude}
          joint="any"
          except=""
          change={(exclude) => setDraft({ ...draft, exclude })}
        />
        <div className={styles["buttons"]}>
          <Button variant="default" onClick={close}>
            {shared("cancel")}
          </Button>
          <Button
            disabled={!whole}
            onClick={() => {
              if (whole) done(whole);
              close();
            }}
          >
            {w("useCondition")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
