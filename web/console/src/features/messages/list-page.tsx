import { Button, SegmentedControl, TextInput } from "@mantine/core";
import { MessageSquareText, Plus, Search, SearchX } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { firstWords, kindOf } from "@/components/message/kinds";
import { type Kept, useMessages } from "@/features/messages/messages";
import styles from "@/components/message/message.module.css";
import { useCodes } from "@/components/message/words";
import { useWords } from "@/features/messages/words";
import { useFormat } from "@/lib/format";

export function MessagesPage() {
  const w = useWords();
  const may = useMay();
  const [archived, setArchived] = useState(false);
  const [text, setText] = useState("");
  const messages = useMessages(archived);
  const all = messages.data?.messages.filter((one) => (one.archived_at !== null) === archived) ?? [];
  const shown = all.filter((one) => (one.name + firstWords(one.messages)).toLowerCase().includes(text.trim().toLowerCase()));
  const create = may("messages.write") ? (
    <Button component={Link} to="/messages/new" leftSection={<Plus size={16} aria-hidden />}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={create}>
      <div className={styles["finder"]}>
        <TextInput
          type="search"
          aria-label={w("find")}
          placeholder={w("find")}
          leftSection={<Search size={15} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <SegmentedControl
          size="xs"
          aria-label={w("which")}
          data={[
            { value: "", label: w("inUse") },
            { value: "archived", label: w("archived") },
          ]}
          value={archived ? "archived" : ""}
          onChange={(value) => setArchived(value === "archived")}
        />
      </div>
      {messages.data ? (
        shown.length ? (
          <>
            <List of={shown} />
            <AsOf at={messages.data.as_of} />
          </>
        ) : all.length ? (
          <Blank icon={SearchX} title={w("noMatch")} />
        ) : (
          <Blank icon={MessageSquareText} title={archived ? w("noneArchived") : w("none")} action={archived ? null : create}>
            {archived ? null : w("noneWhy")}
          </Blank>
        )
      ) : messages.error ? (
        <Failed error={messages.error} retry={() => void messages.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
    </Page>
  );
}

function List({ of }: { of: readonly Kept[] }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("name")}</th>
          <th scope="col">{w("content")}</th>
          <th scope="col">{w("versionHead")}</th>
          <th scope="col">{w("changed")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={one.key}>
            <td>
              <Link to={`/messages/${one.key}`} className={table["link"] ?? ""} data-data>
                {one.name}
              </Link>
              <div className={styles["note"]} data-data>
                {firstWords(one.messages).slice(0, 60)}
              </div>
            </td>
            <td>
              <span className={styles["marks"]}>
                {one.messages.map((message, at) => (
                  <Mark key={at}>{code("kind", kindOf(message))}</Mark>
                ))}
              </span>
            </td>
            <td className={table["faint"]}>{one.version}</td>
            <td className={table["faint"]}>{format.moment(one.updated_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
