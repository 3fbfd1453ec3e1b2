import { Button, TextInput } from "@mantine/core";
import { Plus, Search, SearchX, Tags as TagsIcon } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/me";
import { AsOf, Definition } from "@/components/figure";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import table from "@/components/table.module.css";
import { TagDrawer } from "@/features/tags/tag-drawer";
import { type Tag, useTagList } from "@/features/tags/tags";
import styles from "@/features/tags/tags.module.css";
import { useCodes, useWords } from "@/features/tags/words";
import { useFormat } from "@/lib/format";

/** The dictionary of tags: what each means, who carries it, and whether anybody still uses it. */
export function TagsPage() {
  const w = useWords();
  const may = useMay()("segments.write");
  const tags = useTagList();
  const [text, setText] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const all = tags.data?.tags ?? [];
  const shown = all.filter(({ key, name, purpose }) => (key + name + purpose).toLowerCase().includes(text.trim().toLowerCase()));
  const create = may ? (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen("")}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={all.length ? create : null}>
      {tags.data ? (
        all.length ? (
          <>
            <TextInput
              type="search"
              aria-label={w("find")}
              placeholder={w("find")}
              mb={14}
              leftSection={<Search size={15} aria-hidden />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            {shown.length ? <List of={shown} open={setOpen} /> : <Blank icon={SearchX} title={w("noMatch")} small />}
            <AsOf at={tags.data.as_of} />
          </>
        ) : (
          <Blank icon={TagsIcon} title={w("none")} action={create}>
            {w("noneWhy")}
          </Blank>
        )
      ) : tags.error ? (
        <Failed error={tags.error} retry={() => void tags.refetch()} />
      ) : (
        <Waiting rows={6} height={48} />
      )}
      {open === null ? null : <TagDrawer tag={all.find(({ key }) => key === open) ?? null} may={may} close={() => setOpen(null)} />}
    </Page>
  );
}

function List({ of, open }: { of: Tag[]; open: (key: string) => void }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  return (
    <table className={table["table"]}>
      <thead>
        <tr>
          <th scope="col">{w("tag")}</th>
          <th scope="col" className={table["number"]}>
            {w("people")} <Definition what={w("people")}>{w("people.what")}</Definition>
          </th>
          <th scope="col" className={table["number"]}>
            {w("times")} <Definition what={w("times")}>{w("times.what")}</Definition>
          </th>
          <th scope="col">{w("putOnBy")}</th>
          <th scope="col">{w("lastUsed")}</th>
          <th scope="col">{w("expires")}</th>
        </tr>
      </thead>
      <tbody>
        {of.map((one) => (
          <tr key={one.key}>
            <td>
              <button type="button" className={styles["open"]} onClick={() => open(one.key)} data-data>
                {one.name}
              </button>
              <div className={styles["soft"]} data-data={one.purpose ? true : undefined}>
                {one.purpose || w("noPurpose")}
              </div>
            </td>
            <td className={table["number"]}>{format.number(one.people)}</td>
            <td className={table["number"]}>{format.number(one.times)}</td>
            <td>{one.put_on_by.map((how) => code("how", how)).join("、") || "–"}</td>
            <td className={table["faint"]}>{one.last_used_at ? format.ago(one.last_used_at) : w("never")}</td>
            <td className={table["faint"]}>{one.expires_after_days ? w("afterDays", { count: one.expires_after_days }) : w("neverExpires")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
