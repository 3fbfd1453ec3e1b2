import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import styles from "@/features/line/line.module.css";
import { LEAST, type Point, type Rect, shifted, type Size, spanned } from "@/features/line/rect";
import { useWords } from "@/features/line/words";

interface Props {
  picture: string | null;
  size: Size;
  areas: readonly Rect[];
  chosen: number | null;
  choose: (index: number | null) => void;
  change: (areas: Rect[]) => void;
}

type Drag = { what: "draw"; from: Point } | { what: "move"; index: number; from: Point; was: Rect } | { what: "size"; index: number; was: Rect };

const STEP = 10;

/** The picture of a menu: drag to draw an area, drag an area to move it, its corner to size it; arrows move it too. */
export function AreaCanvas({ picture, size, areas, chosen, choose, change }: Props) {
  const w = useWords();
  const field = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [drawn, setDrawn] = useState<Rect | null>(null);

  function place(event: PointerEvent): Point {
    const box = field.current?.getBoundingClientRect();
    if (!box) return { x: 0, y: 0 };
    return { x: ((event.clientX - box.left) / box.width) * size.width, y: ((event.clientY - box.top) / box.height) * size.height };
  }
  const replace = (index: number, rect: Rect) => change(areas.map((one, at) => (at === index ? rect : one)));

  function begin(event: PointerEvent, what: Drag) {
    event.stopPropagation();
    event.preventDefault();
    field.current?.setPointerCapture(event.pointerId);
    setDrag(what);
  }
  function move(event: PointerEvent) {
    if (!drag) return;
    const at = place(event);
    if (drag.what === "draw") setDrawn(spanned(drag.from, at, size));
    else if (drag.what === "move") replace(drag.index, shifted(drag.was, { x: at.x - drag.from.x, y: at.y - drag.from.y }, size));
    else {
      const rect = spanned(drag.was, { x: Math.max(at.x, drag.was.x + LEAST), y: Math.max(at.y, drag.was.y + LEAST) }, size);
      replace(drag.index, rect);
    }
  }
  function end() {
    if (drag?.what === "draw" && drawn && drawn.width >= LEAST && drawn.height >= LEAST) {
      change([...areas, drawn]);
      choose(areas.length);
    }
    setDrag(null);
    setDrawn(null);
  }
  function key(event: KeyboardEvent, index: number, rect: Rect) {
    const by = { ArrowLeft: { x: -STEP, y: 0 }, ArrowRight: { x: STEP, y: 0 }, ArrowUp: { x: 0, y: -STEP }, ArrowDown: { x: 0, y: STEP } }[event.key];
    if (!by) return;
    event.preventDefault();
    replace(index, shifted(rect, by, size));
  }
  const style = (rect: Rect) => ({
    left: `${(rect.x / size.width) * 100}%`,
    top: `${(rect.y / size.height) * 100}%`,
    width: `${(rect.width / size.width) * 100}%`,
    height: `${(rect.height / size.height) * 100}%`,
  });

  return (
    <div
      ref={field}
      className={styles["canvas"]}
      style={{ aspectRatio: `${size.width} / ${size.height}` }}
      role="group"
      aria-label={w("canvas")}
      onPointerDown={(event) => begin(event, { what: "draw", from: place(event) })}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {picture ? <img src={picture} alt="" draggable={false} /> : <span className={styles["noPicture"]}>{w("menu.drawHint")}</span>}
      {areas.map((rect, index) => (
        <button
          key={index}
          type="button"
          className={`${styles["area"]} ${chosen === index ? styles["chosen"] : ""}`}
          style={style(rect)}
          aria-label={w("areaOf", { count: index + 1 })}
          aria-pressed={chosen === index}
          onFocus={() => choose(index)}
          onKeyDown={(event) => key(event, index, rect)}
          onPointerDown={(event) => {
            choose(index);
            begin(event, { what: "move", index, from: place(event), was: rect });
          }}
        >
          {index + 1}
          {chosen === index ? (
            <span className={styles["handle"]} onPointerDown={(event) => begin(event, { what: "size", index, was: rect })} aria-hidden />
          ) : null}
        </button>
      ))}
      {drawn ? <span className={styles["drawn"]} style={style(drawn)} aria-hidden /> : null}
    </div>
  );
}
