import { Button, Group, Modal, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { meQuery } from "@/api/me";
import { PeopleChange } from "@/components/people-change";
import { Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import styles from "@/features/people/decide.module.css";
import { type PersonOf, useDecide, useOutcome, type Wish } from "@/features/people/network";
import { useWords } from "@/features/people/graph-words/words";

/** Shows what a decision would change before it is made, and asks why. It can be undone. */
export function Decide({ wish, close }: { wish: Wish | null; close: () => void }) {
  const w = useWords();
  const shared = useShared();
  return (
    <Modal
      opened={wish !== null}
      onClose={close}
      size={640}
      title={wish ? w(`title.${wish.kind}`) : ""}
      closeButtonProps={{ "aria-label": shared("close") }}
    >
      {wish ? <Preview wish={wish} close={close} /> : null}
    </Modal>
  );
}

function Preview({ wish, close }: { wish: Wish; close: () => void }) {
  const w = useWords();
  const shared = useShared();
  const outcome = useOutcome(wish);
  const decide = useDecide();
  const { data: me } = useQuery(meQuery);
  const [reason, setReason] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    decide.mutate(
      { wish, author: me?.name ?? "", reason },
      {
        onSuccess: ({ together }) => {
          const nobody = wish.kind === "join" && !together;
          notifications.show({ message: w(nobody ? "done.nobody" : `done.${wish.kind}`) });
          close();
        },
      },
    );
  }

  if (outcome.error) return <Failed error={outcome.error} retry={() => void outcome.refetch()} small />;
  if (!outcome.data) return <Waiting rows={3} height={56} />;
  const { before, after } = outcome.data;
  const same = JSON.stringify(sets(before)) === JSON.stringify(sets(after));
  return (
    <form onSubmit={submit}>
      <PeopleChange before={before} after={after} />
      {same ? <p className={styles["same"]}>{w("same")}</p> : null}
      <p className={styles["note"]}>{w("reversible")}</p>
      <TextInput
        label={w("reason")}
        placeholder={w("reasonExample")}
        required
        withAsterisk={false}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {decide.error ? <Failed error={decide.error} small /> : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          {shared("cancel")}
        </Button>
        <Button type="submit" color={wish.kind === "cut" ? "red" : "indigo"} loading={decide.isPending}>
          {w(`confirm.${wish.kind}`)}
        </Button>
      </Group>
    </form>
  );
}

function sets(people: PersonOf[]): string[] {
  return people.map(({ identifiers }) => JSON.stringify(identifiers)).sort();
}
