import { Button, Stepper } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useFlawCount } from "@/api/messages";
import { Page } from "@/components/page";
import { Failed } from "@/components/states";
import { AudienceStep } from "@/features/broadcasts/audience-step";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useSave } from "@/features/broadcasts/broadcasts";
import { ContentStep } from "@/features/broadcasts/content-step";
import { bodyOf, type Draft, lacking, type Step, STEPS } from "@/features/broadcasts/draft";
import { Reach } from "@/features/broadcasts/reach";
import { ScheduleStep } from "@/features/broadcasts/schedule-step";
import { TestStep } from "@/features/broadcasts/test-step";
import { useWords } from "@/features/broadcasts/words";
import { newKey } from "@/lib/key";

const TYPING_MS = 250;

interface Props {
  /** Its key, "" until it is saved. */
  kept: string;
  start: Draft;
  began: (key: string, step: Step) => void;
}

/** Content, audience, test, and when it goes: each step can be gone back to until it was sent. */
export function Composer({ kept, start, began }: Props) {
  const w = useWords();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchParams();
  const step = STEPS.find((one) => one === query.get("step")) ?? "content";
  const [key, setKey] = useState(kept);
  const [draft, setDraft] = useState(start);
  const [saved, setSaved] = useState(kept ? JSON.stringify(start) : "");
  const [strict, setStrict] = useState(false);
  const [variant, setVariant] = useState(0);
  const [written] = useDebouncedValue(draft.variants, TYPING_MS);
  const flaws = useFlawCount(written.map(({ messages }) => messages));
  const save = useSave();
  const lacks = lacking(draft);
  const changed = JSON.stringify(draft) !== saved;
  const put = (values: Partial<Draft>) => setDraft((now) => ({ ...now, ...values }));
  const go = (next: Step) => setQuery(next === "content" ? {} : { step: next }, { replace: true });

  function refused(): boolean {
    setStrict(true);
    const [first] = lacks;
    if (first) notifications.show({ message: w(`lack.${first}`), color: "red" });
    else if (flaws) notifications.show({ message: w("flawsFirst", { count: flaws }), color: "red" });
    return first !== undefined || flaws > 0;
  }

  /** Keep the draft, then do what needs it kept. */
  function keep(then: (key: string) => void) {
    if (refused()) return;
    if (key && !changed) return then(key);
    const made = key || newKey("broadcast", draft.name, new Date());
    save.mutate(
      { ...bodyOf(draft), key: made, state: "draft" },
      {
        onSuccess: () => {
          setSaved(JSON.stringify(draft));
          if (!key) {
            setKey(made);
            began(made, step);
          }
          then(made);
        },
      },
    );
  }

  function send(expected: number) {
    if (refused()) return;
    const made = key || newKey("broadcast", draft.name, new Date());
    save.mutate({ ...bodyOf(draft), key: made, state: "ready", expected }, { onSuccess: () => void navigate(`/broadcasts/${made}`) });
  }

  const at = STEPS.indexOf(step);
  const before = STEPS[at - 1];
  const after = STEPS[at + 1];
  return (
    <Page
      title={draft.name || w("create")}
      data={draft.name !== ""}
      actions={
        <>
          <Button variant="default" component={Link} to={key ? `/broadcasts/${key}` : "/broadcasts"}>
            {w("back")}
          </Button>
          <Button
            variant="default"
            loading={save.isPending}
            disabled={!changed}
            onClick={() => keep(() => notifications.show({ message: w("draftSaved") }))}
          >
            {w("saveDraft")}
          </Button>
        </>
      }
    >
      <Stepper
        active={at}
        size="sm"
        iconSize={30}
        className={styles["steps"] ?? ""}
        onStepClick={(index) => {
          const chosen = STEPS[index];
          if (chosen) go(chosen);
        }}
      >
        {STEPS.map((one) => (
          <Stepper.Step key={one} label={w(`step.${one}`)} description={w(`step.${one}.why`)} />
        ))}
      </Stepper>
      {save.error ? <Failed error={save.error} small /> : null}
      {step === "content" ? (
        <ContentStep draft={draft} put={put} strict={strict} lacks={strict ? lacks : []} variant={variant} choose={setVariant} />
      ) : (
        <div className={styles["columns"]}>
          <div className={styles["stack"]}>
            {step === "audience" ? <AudienceStep draft={draft} put={put} /> : null}
            {step === "test" ? <TestStep draft={draft} keep={keep} busy={save.isPending} /> : null}
            {step === "schedule" ? (
              <ScheduleStep draft={draft} put={put} lacks={strict ? lacks : []} send={send} busy={save.isPending} />
            ) : null}
          </div>
          <div className={styles["beside"]}>
            <Reach draft={draft} />
          </div>
        </div>
      )}
      <div className={styles["onward"]}>
        {before ? (
          <Button variant="default" leftSection={<ArrowLeft size={15} aria-hidden />} onClick={() => go(before)}>
            {w(`step.${before}`)}
          </Button>
        ) : null}
        {after ? (
          <Button className={styles["next"] ?? ""} rightSection={<ArrowRight size={15} aria-hidden />} onClick={() => go(after)}>
            {w("next", { step: w(`step.${after}`) })}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}
