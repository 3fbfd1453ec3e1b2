import { ActionIcon, Button, Menu, SegmentedControl } from "@mantine/core";
import { Minus, Plus, Trash2 } from "lucide-react";
import { Fragment } from "react";
import { useSegmentNames } from "@/api/segments";
import { Panel } from "@/components/page";
import styles from "@/components/condition/editor/editor.module.css";
import { conditionOf, type Draft, newRow, type Row } from "@/components/condition/editor/draft";
import { EventFields } from "@/components/condition/editor/event-fields";
import { MessageFields } from "@/components/condition/editor/message-fields";
import {
  ConsentFields,
  FriendFields,
  OtherFields,
  SegmentFields,
  TagFields,
  TraitFields,
} from "@/components/condition/editor/other-fields";
import { useWords } from "@/components/condition/editor/words";

const ADDED = ["event", "message", "trait", "tag", "segment", "friend", "consent"] as const;

interface BlockProps {
  side: "include" | "exclude";
  rows: Row[];
  change: (rows: Row[]) => void;
  joint: Draft["joint"];
  setJoint?: (joint: Draft["joint"]) => void;
  except: string;
}

/** One of the two blocks: who comes in, or who of them stays out. */
export function Block({ side, rows, change, joint, setJoint, except }: BlockProps) {
  const w = useWords();
  const names = useSegmentNames();
  const Sign = side === "include" ? Plus : Minus;
  return (
    <Panel label={w(side)}>
      <div className={styles["blockHead"]}>
        <span className={`${styles["sign"]} ${side === "exclude" ? styles["minus"] : ""}`}>
          <Sign size={15} aria-hidden />
        </span>
        <h2>{w(side)}</h2>
        <p>{w(`${side}Why`)}</p>
        {setJoint && rows.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label={w("joint")}
            value={joint}
            onChange={setJoint}
            data={[
              { value: "all", label: w("all") },
              { value: "any", label: w("any") },
            ]}
          />
        ) : null}
      </div>
      {rows.length === 0 && side === "include" ? <p className={styles["empty"]}>{w("empty")}</p> : null}
      <ul className={styles["rows"]}>
        {rows.map((row, at) => (
          <Fragment key={row.id}>
            {at > 0 ? (
              <li className={styles["join"]} aria-hidden>
                {w(joint)}
              </li>
            ) : null}
            <OneRow
              row={row}
              names={names}
              except={except}
              change={(next) => change(rows.map((one) => (one.id === row.id ? next : one)))}
              remove={() => change(rows.filter((one) => one.id !== row.id))}
            />
          </Fragment>
        ))}
      </ul>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<Plus size={15} aria-hidden />}>
            {w("add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {ADDED.map((kind) => (
            <Menu.Item key={kind} onClick={() => change([...rows, newRow(kind)])}>
              {w(`add.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Panel>
  );
}

interface OneRowProps {
  row: Row;
  names: Record<string, string>;
  except: string;
  change: (row: Row) => void;
  remove: () => void;
}

function OneRow({ row, names, except, change, remove }: OneRowProps) {
  const w = useWords();
  const whole = conditionOf(row) !== null;
  return (
    <li className={`${styles["row"]} ${whole ? "" : styles["unfinished"]}`}>
      <Fields row={row} names={names} except={except} change={change} />
      {whole ? null : <p className={styles["note"]}>{w("unfinished")}</p>}
      <ActionIcon variant="subtle" color="gray" className={styles["removeRow"] ?? ""} aria-label={w("remove")} onClick={remove}>
        <Trash2 size={15} aria-hidden />
      </ActionIcon>
    </li>
  );
}

function Fields({ row, names, except, change }: Omit<OneRowProps, "remove">) {
  switch (row.kind) {
    case "event":
      return <EventFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "trait":
      return <TraitFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "tag":
      return <TagFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "segment":
      return <SegmentFields row={row} except={except} change={(values) => change({ ...row, ...values })} />;
    case "friend":
      return <FriendFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "consent":
      return <ConsentFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "message":
      return <MessageFields row={row} change={(values) => change({ ...row, ...values })} />;
    case "other":
      return <OtherFields row={row} names={names} />;
  }
}
