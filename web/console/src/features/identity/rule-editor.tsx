import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { meQuery } from "@/api/me";
import { useSaid } from "@/api/sentences/said";
import { Failed } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/identity/identity.module.css";
import { useChange, useCheck } from "@/features/identity/rule-book";
import { useWords } from "@/features/identity/rule-words";

interface Props {
  opened: boolean;
  close: () => void;
  text: string;
  decides: boolean;
}

/** The rule file, to read or to change: mistakes are named by their line before anything is tried. */
export function RuleEditor({ opened, close, text, decides }: Props) {
  const w = useWords();
  const shared = useShared();
  return (
    <Modal
      opened={opened}
      onClose={close}
      size={860}
      title={w(decides ? "edit" : "look")}
      closeButtonProps={{ "aria-label": shared("close") }}
    >
      {decides ? (
        <Form key={text} of={text} close={close} />
      ) : (
        <Textarea label={w("file")} value={text} readOnly rows={24} classNames={{ input: styles["file"] ?? "" }} />
      )}
    </Modal>
  );
}

function Form({ of, close }: { of: string; close: () => void }) {
  const w = useWords();
  const said = useSaid();
  const check = useCheck();
  const change = useChange();
  const { data: me } = useQuery(meQuery);
  const [text, setText] = useState(of);
  const [reason, setReason] = useState("");
  const mistakes = check.data?.problems ?? [];

  function submit(event: FormEvent) {
    event.preventDefault();
    check.mutate(text, {
      onSuccess: ({ valid }) => {
        if (!valid) return;
        change.mutate(
          { text, author: me?.name ?? "", reason },
          {
            onSuccess: () => {
              notifications.show({ message: w("asked") });
              close();
            },
          },
        );
      },
    });
  }

  return (
    <form onSubmit={submit} className={styles["editor"]}>
      <p className={styles["why"]}>{w("editWhy")}</p>
      <Textarea
        label={w("file")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          check.reset();
        }}
        rows={20}
        spellCheck={false}
        classNames={{ input: styles["file"] ?? "" }}
      />
      {mistakes.length ? (
        <ul className={styles["mistakes"]} role="alert">
          {mistakes.map((one) => (
            <li key={`${one.line} ${one.sentence}`}>{w("line", { line: one.line, problem: said(one.sentence) })}</li>
          ))}
        </ul>
      ) : check.data ? (
        <p className={styles["faint"]} role="status">
          {w("good")}
        </p>
      ) : null}
      <TextInput
        label={w("reason")}
        required
        withAsterisk={false}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {check.error ? <Failed error={check.error} small /> : null}
      {change.error ? <Failed error={change.error} small /> : null}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => check.mutate(text)} loading={check.isPending}>
          {w("check")}
        </Button>
        <Button type="submit" disabled={text === of} loading={change.isPending}>
          {w("submit")}
        </Button>
      </Group>
    </form>
  );
}
