import { ActionIcon, Indicator, Popover, Progress } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Bell as BellIcon } from "lucide-react";
import { Link } from "react-router";
import { useInbox, useSeen, type Work } from "@/api/inbox";
import styles from "@/app/shell/shell.module.css";
import { useCodes, useWords } from "@/app/shell/words";
import { Mark, type Tone } from "@/components/mark";
import { useFormat } from "@/lib/format";

const TONES: Record<string, Tone> = { running: "accent", done: "good", failed: "bad" };

/** On every page: long work that runs, and what ended since somebody last looked. */
export function Bell() {
  const w = useWords();
  const inbox = useInbox();
  const seen = useSeen();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { work = [], running = 0, unseen = 0 } = inbox.data ?? {};
  const label = unseen ? w("inboxNew", { count: unseen }) : running ? w("inboxRunning", { count: running }) : w("inbox");
  return (
    <Popover opened={opened} onChange={(open) => (open ? null : close())} position="bottom-end" width={360} trapFocus>
      <Indicator disabled={!unseen && !running} processing={running > 0} color={unseen ? "red" : "indigo"} size={9} offset={5}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            onClick={() => {
              // What ended a moment ago must stand in the list that is opened, not in the next one asked for.
              if (!opened) void (unseen ? seen.mutateAsync() : inbox.refetch());
              toggle();
            }}
          >
            <BellIcon size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        <h2 className={styles["inboxTitle"]}>{w("inbox")}</h2>
        {work.length ? (
          <ul className={styles["inbox"]}>
            {work.slice(0, 12).map((one) => (
              <One key={one.kind + one.id} work={one} close={close} />
            ))}
          </ul>
        ) : (
          <p className={styles["inboxNone"]}>{inbox.error ? w("inboxUnread") : w("inboxNone")}</p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function One({ work, close }: { work: Work; close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const title = work.title || w("everybody");
  return (
    <li className={styles["work"]}>
      <div className={styles["workHead"]}>
        <span>
          {code("work", work.kind)}{" "}
          {work.kind === "export" ? (
            work.state === "done" ? (
              <a href={`/api/people/exports/${work.id}/file`} download data-data>
                {title}
              </a>
            ) : (
              <span data-data={work.title ? true : undefined}>{title}</span>
            )
          ) : (
            <Link to={work.kind === "import" ? `/imports/${work.id}` : `/segments/${work.id}`} onClick={close} data-data>
              {title}
            </Link>
          )}
        </span>
        <Mark tone={TONES[work.state] ?? "plain"}>{code("workState", work.state)}</Mark>
      </div>
      {work.state === "running" && work.total ? <Progress value={(100 * work.done) / work.total} size="sm" aria-label={title} data-data /> : null}
      <div className={styles["workWhen"]}>
        {work.done ? w("workDone", { count: work.done }) : ""} {format.ago(work.finished_at ?? work.created_at)}
      </div>
    </li>
  );
}
