import { createElement } from "react";
import styles from "@/features/journeys/canvas.module.css";
import type { Kind } from "@/features/journeys/definition";
import { iconOf } from "@/features/journeys/icons";
import { DRAGGED, GROUPS } from "@/features/journeys/palette";
import { useCodes, useWords } from "@/features/journeys/words";

interface PaletteProps {
  kinds: readonly Kind[];
  /** By keyboard or click: after the chosen step. */
  add: (kind: string) => void;
}

/** The blocks a journey is made of; dragged onto a “+”, or clicked to be put after the chosen step. */
export function Palette({ kinds, add }: PaletteProps) {
  const w = useWords();
  const code = useCodes();
  return (
    <nav className={styles["palette"]} aria-label={w("blocks")}>
      <p className={styles["hint"]}>{w("blocksWhy")}</p>
      {GROUPS.map(({ name, kinds: mine }) => {
        const offered = mine(kinds);
        return offered.length ? (
          <div key={name}>
            <h3>{code("group", name)}</h3>
            <ul>
              {offered.map(({ kind, paid }) => (
                <li key={kind}>
                  <button
                    type="button"
                    draggable
                    className={styles["block"]}
                    onDragStart={(event) => {
                      event.dataTransfer.setData(DRAGGED, kind);
                      event.dataTransfer.effectAllowed = "copy";
                    }}
                    onClick={() => add(kind)}
                  >
                    {createElement(iconOf(kind), { size: 14, "aria-hidden": true })}
                    <span>{code("kind", kind)}</span>
                    {paid ? <span className={styles["paid"]}>{w("paid")}</span> : null}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ) : null;
      })}
    </nav>
  );
}
