import { Loader, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Search, UserSearch, UserX } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "react-router";
import { Face } from "@/components/face";
import { shownValue, useNamespaces } from "@/components/identifiers";
import { NamespaceIcon } from "@/components/namespace-icon";
import { Mark } from "@/components/mark";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { type Found, type Person, useSearch } from "@/features/people/people";
import styles from "@/features/people/search-page.module.css";
import { useWords } from "@/features/people/words";
import { useFormat } from "@/lib/format";

const TYPING_MS = 120;

/** What was typed last, for who comes back from a person. Not in the address: it may be a phone number. */
let typed = "";

export function PeoplePage() {
  const w = useWords();
  const [text, setText] = useState(typed);
  const [asked] = useDebouncedValue(text, TYPING_MS);
  const found = useSearch(asked);
  const box = useRef<HTMLInputElement>(null);
  const { key } = useLocation();
  useEffect(() => {
    typed = text;
  }, [text]);
  // Who comes here, by the menu or by the key, comes to type.
  useEffect(() => box.current?.focus(), [key]);
  return (
    <Page title={w("title")} lead={w("lead")}>
      <TextInput
        type="search"
        size="md"
        aria-label={w("search")}
        placeholder={w("placeholder")}
        leftSection={<Search size={17} aria-hidden />}
        rightSection={found.isFetching ? <Loader size={16} aria-hidden /> : null}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        ref={box}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
      />
      {asked.trim() === "" ? (
        <Blank icon={UserSearch} title={w("start")}>
          {w("startWhy")}
        </Blank>
      ) : found.data ? (
        <Results found={found.data} />
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <div className={styles["count"]}>
          <Waiting rows={6} height={44} />
        </div>
      )}
    </Page>
  );
}

function Results({ found }: { found: Found }) {
  const w = useWords();
  const { people, more } = found;
  if (people.length === 0)
    return (
      <Blank icon={UserX} title={w("none")}>
        {w("noneWhy")}
      </Blank>
    );
  return (
    <>
      <p className={styles["count"]} role="status">
        {more ? w("foundMore", { count: people.length }) : w("found", { count: people.length })}
      </p>
      <div className={styles["list"]}>
        <div className={`${styles["row"]} ${styles["headRow"]}`} aria-hidden>
          <span>{w("person")}</span>
          <span>{w("contact")}</span>
          <span>{w("status")}</span>
          <span>{w("since")}</span>
        </div>
        {people.map((person) => (
          <Row key={person.profile_id} person={person} />
        ))}
      </div>
    </>
  );
}

function Row({ person }: { person: Person }) {
  const w = useWords();
  const format = useFormat();
  const called = useNamespaces();
  return (
    <Link to={`/people/${person.profile_id}`} className={styles["row"]}>
      <span className={styles["who"]}>
        <Face name={person.name} />
        <span className={styles["name"]} data-data={person.name ? true : undefined}>
          {person.name || w("nameless")}
        </span>
      </span>
      <span className={styles["contact"]} data-data>
        {person.identifiers.slice(0, 4).map((one) => {
          return (
            <span key={one.namespace + one.value} title={called(one.namespace)}>
              <NamespaceIcon namespace={one.namespace} size={13} className={styles["faint"]} aria-label={called(one.namespace)} />
              {shownValue(one)}
            </span>
          );
        })}
      </span>
      <span className={styles["marks"]}>
        {person.friend_of.length ? <Mark tone="line">{w("friend")}</Mark> : null}
        {person.bound ? <Mark tone="accent">{w("bound")}</Mark> : null}
        {person.tier ? (
          <Mark>
            <span data-data>{person.tier}</span>
          </Mark>
        ) : null}
      </span>
      <span className={styles["faint"]}>{format.date(person.first_seen_at)}</span>
    </Link>
  );
}
