import { Button, Switch } from "@mantine/core";
import { MessageCircleReply, Plus } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { firstWords } from "@/components/message/kinds";
import type { Json } from "@/components/message/tree";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import styles from "@/features/line/line.module.css";
import { draftOf, type Keyword, type Reply, useReplies, useSaveReply } from "@/features/line/replies";
import { Try } from "@/features/line/try";
import { useCodes, useWords } from "@/features/line/words";

export function RepliesPage() {
  const w = useWords();
  const may = useMay()("messages.write");
  const replies = useReplies();
  const create = may ? (
    <Button component={Link} to="/replies/new" leftSection={<Plus size={16} aria-hidden />}>
      {w("reply.create")}
    </Button>
  ) : null;
  return (
    <Page title={w("replies")} lead={w("replies.lead")} actions={replies.data?.auto_replies.length ? create : null}>
      {replies.data ? (
        replies.data.auto_replies.length ? (
          <div className={styles["beside"]}>
            <div>
              <List of={replies.data.auto_replies} may={may} />
              <AsOf at={replies.data.as_of} />
            </div>
            <Try replies={replies.data.auto_replies} />
          </div>
        ) : (
          <Blank icon={MessageCircleReply} title={w("replies.none")} action={create}>
            {w("replies.noneWhy")}
          </Blank>
        )
      ) : replies.error ? (
        <Failed error={replies.error} retry={() => void replies.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function List({ of, may }: { of: Reply[]; may: boolean }) {
  const w = useWords();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("reply.rule")}</th>
          <th scope="col">{w("reply.when")}</th>
          <th scope="col">{w("reply.answered")}</th>
          <th scope="col">{w("reply.live")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((reply) => (
          <Row key={reply.key} reply={reply} may={may} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ reply, may }: { reply: Reply; may: boolean }) {
  const w = useWords();
  const save = useSaveReply();
  const name = typeof reply.rule["name"] === "string" && reply.rule["name"] ? reply.rule["name"] : reply.key;
  const messages = Array.isArray(reply.rule["messages"]) ? (reply.rule["messages"] as Json[]) : [];
  const sent = reply.replies.filter(({ state }) => state === "accepted").reduce((sum, { replies }) => sum + replies, 0);
  const all = reply.replies.reduce((sum, { replies }) => sum + replies, 0);
  return (
    <tr>
      <td>
        {draftOf(reply.rule) ? (
          <Link to={`/replies/${reply.key}`} className={table["link"] ?? ""} data-data>
            {name}
          </Link>
        ) : (
          <span data-data>{name}</span>
        )}
        <div className={styles["soft"]} data-data>
          {firstWords(messages).slice(0, 60)}
        </div>
        {save.error ? <Failed error={save.error} small /> : null}
      </td>
      <td>
        <When on={(reply.rule["on"] ?? {}) as Json} />
      </td>
      <td className={table["faint"]}>{all ? w("reply.outcome", { count: sent, all }) : "–"}</td>
      <td>
        <Switch
          label={w("reply.liveShort")}
          styles={{ label: { whiteSpace: "nowrap" } }}
          aria-label={w("reply.liveOf", { name })}
          checked={reply.live}
          disabled={!may || save.isPending}
          onChange={(event) => save.mutate({ rule: reply.rule, live: event.currentTarget.checked })}
          data-data
        />
      </td>
    </tr>
  );
}

function When({ on }: { on: Json }) {
  const w = useWords();
  const code = useCodes();
  const keywords = (on["keywords"] as Keyword[] | undefined) ?? [];
  if (keywords.length)
    return (
      <span className={styles["marks"]}>
        {keywords.slice(0, 5).map((keyword, at) => (
          <Mark key={at}>
            <span data-data>{w("reply.keyword", { match: code("match", keyword.match), text: keyword.text })}</span>
          </Mark>
        ))}
      </span>
    );
  if (on["kind"] === "join") return <>{w("on.join")}</>;
  if (on["kind"] === "follow") return <>{w(on["returning"] === true ? "on.returning" : "on.follow")}</>;
  return <>{w(on["kind"] === "postback" ? "on.postback" : "on.any")}</>;
}
