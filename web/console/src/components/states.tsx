import { Button, Skeleton, Stack } from "@mantine/core";
import { CloudOff, Lock, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { NOT_FOUND, Problem, UNREACHED } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import styles from "@/components/states.module.css";
import { useWords } from "@/components/words";

interface BlankProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  small?: boolean;
  failed?: boolean;
  /** It stands for a whole page: its title is the first heading. */
  whole?: boolean;
}

/** A place with nothing in it yet: says what it is for and what the first step is. */
export function Blank({ icon: Icon, title, children, action, small, failed, whole }: BlankProps) {
  const Title = whole ? "h1" : "h2";
  const names = [styles["blank"], small ? styles["small"] : "", failed ? styles["failed"] : ""].join(" ");
  return (
    <div className={names} role={failed ? "alert" : undefined}>
      <div className={styles["mark"]}>
        <Icon size={22} strokeWidth={1.6} aria-hidden />
      </div>
      <Title className={styles["title"]}>{title}</Title>
      {children ? <div className={styles["why"]}>{children}</div> : null}
      {action}
    </div>
  );
}

/** What went wrong, in words, and the way out. */
export function Failed({ error, retry, small }: { error: Error; retry?: () => void; small?: boolean }) {
  const w = useWords();
  const [icon, title, why] = explain(error, w, useSaid());
  return (
    <Blank
      icon={icon}
      title={title}
      failed
      small={small ?? false}
      action={
        retry ? (
          <Button variant="default" onClick={retry}>
            {w("retry")}
          </Button>
        ) : null
      }
    >
      {why}
    </Blank>
  );
}

function explain(error: Error, w: ReturnType<typeof useWords>, said: ReturnType<typeof useSaid>): [LucideIcon, string, string] {
  if (!(error instanceof Problem)) return [TriangleAlert, w("failed"), error.message];
  if (error.code === UNREACHED) return [CloudOff, w("unreached"), w("unreachedWhy")];
  if (error.status === 403) return [Lock, w("forbidden"), w("forbiddenWhy")];
  if (error.code === NOT_FOUND) return [TriangleAlert, w("missing"), said(error.message)];
  if (error.status === 404) return [TriangleAlert, w("missing"), w("missingWhy")];
  if (error.status >= 500) return [TriangleAlert, w("failed"), w("failedWhy")];
  return [TriangleAlert, w("refused"), said(error.message, error.wayOut)];
}

/** The shape of what is coming; announced once to screen readers. */
export function Waiting({ rows = 5, height = 36 }: { rows?: number; height?: number }) {
  const w = useWords();
  return (
    <Stack gap={10} role="status" aria-label={w("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius={6} />
      ))}
    </Stack>
  );
}
