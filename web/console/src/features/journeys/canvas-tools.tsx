import { ActionIcon, Tooltip } from "@mantine/core";
import { Panel, useReactFlow } from "@xyflow/react";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import styles from "@/features/journeys/canvas.module.css";
import { useWords } from "@/features/journeys/words";

const FIT = { maxZoom: 1, padding: 0.12, duration: 160 };

/** Nearer, farther, the whole; and what the page adds. When steps come or go, the whole is shown again. */
export function CanvasTools({ of, children }: { of: number; children?: ReactNode }) {
  const w = useWords();
  const flow = useReactFlow();
  const shown = useRef(of);
  useEffect(() => {
    if (shown.current !== of) void flow.fitView(FIT);
    shown.current = of;
  }, [of, flow]);
  const tools = [
    { icon: ZoomIn, word: "zoomIn", act: () => void flow.zoomIn() },
    { icon: ZoomOut, word: "zoomOut", act: () => void flow.zoomOut() },
    { icon: Maximize, word: "fit", act: () => void flow.fitView(FIT) },
  ] as const;
  return (
    <Panel position="top-right" className={styles["tools"] ?? ""}>
      {children}
      {tools.map(({ icon: Icon, word, act }) => (
        <Tooltip key={word} label={w(word)}>
          <ActionIcon variant="default" aria-label={w(word)} onClick={act}>
            <Icon size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ))}
    </Panel>
  );
}
