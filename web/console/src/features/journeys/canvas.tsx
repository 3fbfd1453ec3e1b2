import "@xyflow/react/dist/base.css";
import { type Edge, type Node, type OnNodeDrag, ReactFlow, ReactFlowProvider, useNodesState } from "@xyflow/react";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import styles from "@/features/journeys/canvas.module.css";
import { CanvasContext, type CanvasHandlers, type Overlay } from "@/features/journeys/canvas-context";
import { CanvasTools } from "@/features/journeys/canvas-tools";
import { type Definition, type Kind, TRIGGER } from "@/features/journeys/definition";
import { WayLine } from "@/features/journeys/edge";
import { END, layout, NODE } from "@/features/journeys/layout";
import { neighbour } from "@/features/journeys/neighbour";
import { EndNode, StepNode } from "@/features/journeys/node";
import type { Slot } from "@/features/journeys/ways";
import { useWords } from "@/features/journeys/words";

const NODES = { trigger: StepNode, step: StepNode, end: EndNode };
const EDGES = { way: WayLine };
/** How near to a way's middle a step must be let go to be put there, in pixels of the drawing. */
const NEAR = 90;
const ARROWS = { ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right" } as const;

interface CanvasProps {
  definition: Definition;
  kinds: readonly Kind[];
  selected: string;
  select: (id: string) => void;
  overlay: Overlay;
  /** Left out: the journey is only looked at. */
  handlers?: CanvasHandlers;
  tools?: ReactNode;
}

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

function Flow({ definition, kinds, selected, select, overlay, handlers, tools }: CanvasProps) {
  const w = useWords();
  const frame = useRef<HTMLElement>(null);
  const drawing = useMemo(() => layout(definition, kinds), [definition, kinds]);
  const placed = useMemo<Node[]>(
    () =>
      drawing.nodes.map(({ id, kind, x, y }) => {
        const size = kind === "end" ? END : NODE;
        return {
          id,
          type: kind,
          position: { x: x - size.width / 2, y },
          data: {},
          width: size.width,
          height: size.height,
          draggable: kind === "step" && handlers !== undefined,
          // What cannot be dragged or selected takes no clicks unless told to.
          style: { pointerEvents: "all" },
        };
      }),
    [drawing, handlers],
  );
  const edges = useMemo<Edge[]>(
    () =>
      drawing.lines.map(({ id, from, at, name, to }) => ({
        id,
        type: "way",
        source: from,
        sourceHandle: at,
        target: to,
        data: { name },
        ariaLabel: w("leads"),
        focusable: false,
      })),
    [drawing, w],
  );
  const [nodes, setNodes, onNodesChange] = useNodesState(placed);
  useEffect(() => setNodes(placed), [placed, setNodes]);

  /** Let go over a way, the step goes there; anywhere else it goes back to its place. */
  const letGo: OnNodeDrag = (_, node) => {
    const slot = nearest(node.position.x + NODE.width / 2, node.position.y + NODE.height / 2, node.id, placed, edges);
    if (slot && handlers?.move(node.id, slot)) return;
    setNodes(placed);
  };

  function press(event: KeyboardEvent) {
    if (event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey) return;
    const arrow = ARROWS[event.key as keyof typeof ARROWS];
    if (arrow) {
      const next = neighbour(definition, kinds, selected || TRIGGER, arrow);
      if (!next) return;
      event.preventDefault();
      select(next);
      frame.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next)}"]`)?.focus();
    }
    if ((event.key === "Delete" || event.key === "Backspace") && handlers && selected && selected !== TRIGGER) {
      event.preventDefault();
      handlers.remove(selected);
    }
  }

  return (
    <CanvasContext value={{ definition, kinds, selected, select, overlay, handlers }}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys that were pressed on a step inside come up here */}
      <section ref={frame} className={styles["canvas"]} aria-label={w("canvas")} onKeyDown={press} data-scrolls>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          onNodesChange={onNodesChange}
          onNodeDragStop={letGo}
          onConnect={({ source, sourceHandle, target }) => handlers?.connect({ from: source, at: sourceHandle ?? "next" }, target)}
          onPaneClick={() => select("")}
          nodeTypes={NODES}
          edgeTypes={EDGES}
          fitView
          fitViewOptions={{ maxZoom: 1, padding: 0.12 }}
          minZoom={0.2}
          maxZoom={1.5}
          nodesConnectable={handlers !== undefined}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          panOnScroll
          zoomOnScroll={false}
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: true }}
          ariaLabelConfig={{
            "node.a11yDescription.default": w("canvasHelp"),
            "node.a11yDescription.keyboardDisabled": w("canvasHelp"),
            "edge.a11yDescription.default": w("canvasHelp"),
            "handle.ariaLabel": w("handle"),
          }}
        >
          <CanvasTools of={drawing.nodes.length}>{tools}</CanvasTools>
        </ReactFlow>
      </section>
    </CanvasContext>
  );
}

/** The way in whose middle a step was let go; none if it is near none, or only near its own. */
function nearest(x: number, y: number, id: string, nodes: readonly Node[], edges: readonly Edge[]): Slot | null {
  const at = new Map(nodes.map((node) => [node.id, node]));
  let best: Slot | null = null;
  let least = NEAR;
  for (const edge of edges) {
    const from = at.get(edge.source);
    const to = at.get(edge.target);
    if (!from || !to || edge.source === id || edge.target === id) continue;
    const middle = {
      x: (from.position.x + to.position.x + ((from.width ?? 0) + (to.width ?? 0)) / 2) / 2,
      y: (from.position.y + (from.height ?? 0) + to.position.y) / 2,
    };
    const far = Math.hypot(middle.x - x, middle.y - y);
    if (far < least) {
      least = far;
      best = { from: edge.source, at: edge.sourceHandle ?? "next" };
    }
  }
  return best;
}
