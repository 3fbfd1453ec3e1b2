import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert, Coins } from "lucide-react";
import { createElement, type KeyboardEvent } from "react";
import styles from "@/features/journeys/canvas.module.css";
import { useCanvas } from "@/features/journeys/canvas-context";
import { stepOf, TRIGGER } from "@/features/journeys/definition";
import { isPaid } from "@/features/journeys/edit";
import { iconOf } from "@/features/journeys/icons";
import { useSummary } from "@/features/journeys/summary";
import { waysOf } from "@/features/journeys/ways";
import { useCodes, useWords } from "@/features/journeys/words";

/** A step on the canvas, or the trigger: what it is, what it does, what it costs, what is wrong, who is there. */
export function StepNode({ id }: NodeProps) {
  const w = useWords();
  const code = useCodes();
  const summary = useSummary();
  const { definition, kinds, selected, select, overlay, handlers } = useCanvas();
  const trigger = id === TRIGGER;
  const step = trigger ? definition.trigger : stepOf(definition, id);
  if (!step) return null;
  const name = code(trigger ? "trigger" : "kind", step.kind);
  const said = summary(step);
  const faults = overlay.problems[id] ?? 0;
  const paid = !trigger && isPaid({ ...step, id }, kinds);
  const badges = overlay.badges[id] ?? [];
  const ways = trigger ? [{ at: "start" }] : waysOf({ ...step, id }, kinds);

  function press(event: KeyboardEvent) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    select(id);
  }

  const label = [trigger ? w("trigger") : "", name, paid ? w("paid") : "", faults ? w("faults", { count: faults }) : "", said, ...badges.map(({ text }) => text)];
  return (
    <>
      {trigger ? null : <Handle type="target" position={Position.Top} className={styles["handle"] ?? ""} isConnectable={handlers !== undefined} />}
      <div
        role="button"
        tabIndex={0}
        data-step={id}
        data-data
        aria-pressed={selected === id}
        aria-label={label.filter(Boolean).join("，")}
        className={[styles["node"], trigger ? styles["trigger"] : "", selected === id ? styles["chosen"] : "", faults ? styles["faulty"] : ""].join(" ")}
        onClick={() => select(id)}
        onFocus={(event) => event.currentTarget.matches(":focus-visible") && select(id)}
        onKeyDown={press}
      >
        <div className={styles["nodeHead"]}>
          <span className={styles["sign"]}>{createElement(iconOf(step.kind), { size: 15, "aria-hidden": true })}</span>
          <span className={styles["kind"]}>{name}</span>
          {paid ? (
            <span className={styles["paid"]}>
              <Coins size={11} aria-hidden />
              {w("paid")}
            </span>
          ) : null}
          {faults ? (
            <span className={styles["faults"]}>
              <CircleAlert size={13} aria-hidden />
              {faults}
            </span>
          ) : null}
        </div>
        <div className={styles["said"]} data-data>
          {said}
        </div>
        {badges.length ? (
          <div className={styles["badges"]}>
            {badges.map(({ tone, text }) => (
              <span key={text} className={`${styles["badge"]} ${styles[tone] ?? ""}`}>
                {text}
              </span>
            ))}
          </div>
        ) : null}
      </div>
      {ways.map(({ at }, place) => (
        <Handle
          key={at}
          id={at}
          type="source"
          position={Position.Bottom}
          className={styles["handle"] ?? ""}
          style={{ left: `${((place + 1) * 100) / (ways.length + 1)}%` }}
          isConnectable={handlers !== undefined && !trigger}
        />
      ))}
    </>
  );
}

/** Where a way of the journey ends. */
export function EndNode() {
  const w = useWords();
  return (
    <>
      <Handle type="target" position={Position.Top} className={styles["hidden"] ?? ""} isConnectable={false} />
      <div className={styles["end"]}>{w("end")}</div>
    </>
  );
}
