import { Menu, UnstyledButton } from "@mantine/core";
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { Plus } from "lucide-react";
import { createElement, type DragEvent, useState } from "react";
import styles from "@/features/journeys/canvas.module.css";
import { useCanvas } from "@/features/journeys/canvas-context";
import { TRIGGER } from "@/features/journeys/definition";
import { iconOf } from "@/features/journeys/icons";
import { DRAGGED, GROUPS } from "@/features/journeys/palette";
import { useCodes, useWords } from "@/features/journeys/words";

/** A way from one step to the next: its name, and a place in its middle where another step can be put in. */
export function WayLine({ source, sourceHandleId, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps) {
  const code = useCodes();
  const { handlers } = useCanvas();
  const [path, x, y] = getSmoothStepPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 10 });
  const at = sourceHandleId ?? "next";
  const [field = ""] = at.split("/");
  const own = typeof data?.["name"] === "string" ? data["name"] : "";
  const word = own || (["next", "start"].includes(field) ? "" : code("way", field));
  return (
    <>
      <BaseEdge path={path} className={styles["line"] ?? ""} />
      <EdgeLabelRenderer>
        <div className={styles["middle"]} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
          {word ? (
            <span className={styles["way"]} data-data={own ? true : undefined}>
              {word}
            </span>
          ) : null}
          {handlers ? <AddStep from={source} at={at} word={word} /> : null}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

/** The “+” in the middle of a way: a menu of steps, and a place where one can be dropped. */
function AddStep({ from, at, word }: { from: string; at: string; word: string }) {
  const w = useWords();
  const code = useCodes();
  const { handlers, kinds, definition } = useCanvas();
  const [over, setOver] = useState(false);
  const before = from === TRIGGER ? w("trigger") : (definition.steps.find(({ id }) => id === from)?.id ?? from);

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const kind = event.dataTransfer.getData(DRAGGED);
    if (kind) handlers?.add({ from, at }, kind);
  }

  return (
    <Menu position="right" withinPortal trapFocus>
      <Menu.Target>
        <UnstyledButton
          className={`${styles["add"]} ${over ? styles["over"] : ""} nodrag nopan`}
          aria-label={w("addAfter", { step: [before, word].filter(Boolean).join(" · ") })}
          data-slot={`${from}:${at}`}
          onDragOver={(event: DragEvent) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          data-data
        >
          <Plus size={13} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={styles["menu"] ?? ""}>
        {GROUPS.map(({ name, kinds: mine }) => {
          const offered = mine(kinds);
          return offered.length ? (
            <div key={name}>
              <Menu.Label>{code("group", name)}</Menu.Label>
              {offered.map(({ kind }) => (
                <Menu.Item
                  key={kind}
                  leftSection={createElement(iconOf(kind), { size: 14, "aria-hidden": true })}
                  onClick={() => handlers?.add({ from, at }, kind)}
                >
                  {code("kind", kind)}
                </Menu.Item>
              ))}
            </div>
          ) : null;
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
