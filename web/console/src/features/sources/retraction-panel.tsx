import { Button, Group, Modal, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { meQuery, useMay } from "@/api/me";
import { Panel } from "@/components/page";
import { PeopleChange } from "@/components/people-change";
import { Failed, Waiting } from "@/components/states";
import { useWords as useShared } from "@/components/words";
import { useWords } from "@/features/sources/retraction-words";
import { type Retraction, useForeseen, useRetract, useRetractions, type Wish } from "@/features/sources/retractions";
import type { Source } from "@/features/sources/sources";
import styles from "@/features/sources/sources.module.css";
import { useFormat } from "@/lib/format";

/** What a source said about who is who: it counts, or it was taken back, and can be given back. */
export function RetractionPanel({ source }: { source: Source }) {
  const w = useWords();
  const shared = useShared();
  const may = useMay();
  const found = useRetractions(source.key);
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  const decides = may("identity.rules");
  if (found.error) return <Failed error={found.error} retry={() => void found.refetch()} small />;
  return (
    <Panel title={w("title")}>
      <div className={styles["stack"]}>
        <p className={styles["line"]}>{w("why")}</p>
        {found.data?.length ? (
          <ul className={styles["list"]}>
            {found.data.map((one) => (
              <Standing
                key={one.id}
                of={one}
                restore={decides ? () => setWish({ retraction: one.id }) : undefined}
              />
            ))}
          </ul>
        ) : (
          <p className={styles["soft"]}>{w("none")}</p>
        )}
        {decides ? (
          <div>
            <Button variant="default" onClick={() => setWish({ source: source.key })}>
              {w("retract")}
            </Button>
          </div>
        ) : null}
      </div>
      <Modal
        opened={wish !== null}
        onClose={close}
        size={640}
        title={wish && "source" in wish ? w("title.retract", { name: source.name }) : w("title.restore")}
        closeButtonProps={{ "aria-label": shared("close") }}
      >
        {wish ? <Foreseen wish={wish} close={close} /> : null}
      </Modal>
    </Panel>
  );
}

function Standing({ of, restore }: { of: Retraction; restore: (() => void) | undefined }) {
  const w = useWords();
  const format = useFormat();
  const { author, reason, links } = of;
  return (
    <li className={styles["row"]}>
      <span className={styles["grow"]} data-data>
        {of.revoked_at
          ? w("over", { author, reason, at: format.moment(of.revoked_at) })
          : w("standing", { author, reason, until: format.moment(of.until_at), links: format.number(links) })}
      </span>
      {restore && !of.revoked_at ? (
        <Button variant="default" size="xs" onClick={restore}>
          {w("restore")}
        </Button>
      ) : null}
    </li>
  );
}

function Foreseen({ wish, close }: { wish: Wish; close: () => void }) {
  const w = useWords();
  const shared = useShared();
  const format = useFormat();
  const foreseen = useForeseen(wish);
  const retract = useRetract(wish);
  const { data: me } = useQuery(meQuery);
  const [reason, setReason] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    retract.mutate(
      { author: me?.name ?? "", reason },
      {
        onSuccess: () => {
          notifications.show({ message: w("done") });
          close();
        },
      },
    );
  }

  if (foreseen.error) return <Failed error={foreseen.error} retry={() => void foreseen.refetch()} small />;
  if (!foreseen.data) return <Waiting rows={3} height={56} />;
  const found = foreseen.data;
  return (
    <form onSubmit={submit}>
      <p>
        {found.moved
          ? w("figures", {
              links: format.number(found.links),
              identifiers: format.number(found.identifiers),
              before: format.number(found.people_before),
              after: format.number(found.people_after),
              moved: format.number(found.moved),
            })
          : w("nobody")}
      </p>
      {found.looked_at < found.identifiers ? <p>{w("part", { count: found.looked_at })}</p> : null}
      {found.examples.slice(0, 3).map((one, number) => (
        <section key={JSON.stringify(one.before)} aria-label={w("example", { number: number + 1 })}>
          <PeopleChange before={one.before} after={one.after} />
        </section>
      ))}
      <p className={styles["soft"]}>{w("reversible")}</p>
      <TextInput
        label={w("reason")}
        placeholder={w("reasonExample")}
        required
        withAsterisk={false}
        value={reason}
        maxLength={200}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {retract.error ? <Failed error={retract.error} small /> : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          {shared("cancel")}
        </Button>
        <Button type="submit" color={"source" in wish ? "red" : "indigo"} loading={retract.isPending}>
          {w("source" in wish ? "retract" : "restore")}
        </Button>
      </Group>
    </form>
  );
}
