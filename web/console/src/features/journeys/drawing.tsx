import { notifications } from "@mantine/notifications";
import { useCallback, useMemo, useState } from "react";
import { Canvas } from "@/features/journeys/canvas";
import type { Badge, CanvasHandlers } from "@/features/journeys/canvas-context";
import { type Kinds, kindOf, stepOf, TRIGGER } from "@/features/journeys/definition";
import { connect, insert, move, newStep, pruned, remove } from "@/features/journeys/edit";
import styles from "@/features/journeys/editor.module.css";
import type { DraftProblem, Rehearsed } from "@/features/journeys/journeys";
import { Palette } from "@/features/journeys/palette-panel";
import { byStep } from "@/features/journeys/problems";
import { StepPanel } from "@/features/journeys/step-panel";
import type { Editor } from "@/features/journeys/use-editor";
import { type Slot, waysOf } from "@/features/journeys/ways";
import { useWords } from "@/features/journeys/words";

interface DrawingProps {
  editor: Editor;
  kinds: Kinds;
  problems: readonly DraftProblem[];
  /** What a dry-run of this very journey found. */
  tried: Rehearsed | null;
}

/** The blocks, the canvas, and the form of the chosen step. */
export function Drawing({ editor, kinds, problems, tried }: DrawingProps) {
  const w = useWords();
  const { definition, edit } = editor;
  const [selected, select] = useState<string>(TRIGGER);
  const faults = useMemo(() => byStep(problems), [problems]);

  const add = useCallback(
    (slot: Slot, name: string) => {
      const kind = kindOf(kinds.steps, name);
      if (!kind) return;
      const step = newStep(definition, kind);
      edit(insert(definition, slot, step, kinds.steps));
      select(step.id);
    },
    [definition, edit, kinds],
  );

  const drop = useCallback(
    (id: string) => {
      const next = remove(definition, id, kinds.steps);
      edit(next);
      const more = definition.steps.length - next.steps.length - 1;
      if (more > 0) notifications.show({ message: w("removedMore", { count: more }) });
      select(TRIGGER);
    },
    [definition, edit, kinds, w],
  );

  const handlers = useMemo<CanvasHandlers>(
    () => ({
      add,
      remove: drop,
      move: (id, slot) => {
        const next = move(definition, id, slot, kinds.steps);
        edit(next);
        return next !== definition;
      },
      connect: (slot, to) => {
        if (stepOf(definition, to)) edit(pruned(connect(definition, slot, to), kinds.steps));
      },
    }),
    [add, drop, definition, edit, kinds],
  );

  /** After the chosen step, on its first way that is open; else on its first way. */
  function addAfter(name: string) {
    const step = stepOf(definition, selected);
    const ways = step ? waysOf(step, kinds.steps) : [];
    const way = ways.find(({ to }) => to === null) ?? ways[0];
    add(step && way ? { from: step.id, at: way.at } : { from: TRIGGER, at: "start" }, name);
  }

  const overlay = useMemo(
    () => ({
      problems: {
        ...Object.fromEntries(Object.entries(faults).map(([id, list]) => [id, list.length])),
        [TRIGGER]: (faults[""] ?? []).filter(({ field }) => field.startsWith("/trigger")).length,
      },
      badges: tried ? badgesOf(tried, w) : {},
    }),
    [faults, tried, w],
  );

  return (
    <div className={styles["drawing"]}>
      <Palette kinds={kinds.steps} add={addAfter} />
      <Canvas definition={definition} kinds={kinds.steps} selected={selected} select={select} overlay={overlay} handlers={handlers} />
      <div className={styles["panel"]}>
        <StepPanel
          editor={editor}
          kinds={kinds.steps}
          triggers={kinds.triggers}
          id={selected}
          problems={faults[selected === TRIGGER ? "" : selected] ?? []}
          select={select}
          remove={drop}
        />
      </div>
    </div>
  );
}

function badgesOf(tried: Rehearsed, w: ReturnType<typeof useWords>): Record<string, Badge[]> {
  const found: Record<string, Badge[]> = { [TRIGGER]: [{ tone: "accent", text: w("triedHere", { count: tried.entered }) }] };
  for (const [id, count] of Object.entries(tried.steps)) found[id] = [{ tone: "plain", text: w("triedHere", { count }) }];
  for (const [id, count] of Object.entries(tried.messages))
    found[id] = [...(found[id] ?? []), { tone: "warn", text: w("triedSends", { count }) }];
  return found;
}
