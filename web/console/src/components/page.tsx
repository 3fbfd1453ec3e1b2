import { type ReactNode, useEffect } from "react";
import styles from "@/components/page.module.css";

interface PageProps {
  title: string;
  lead?: ReactNode;
  /** The title is the brand's own word, in whatever language. */
  data?: boolean;
  actions?: ReactNode;
  children: ReactNode;
}

/** One page: its title, which is also that of the window, what it is for, and what can be done. */
export function Page({ title, lead, data, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Tieline`;
  }, [title]);
  return (
    <>
      <header className={styles["head"]}>
        <div className={styles["words"]}>
          <h1 className={styles["title"]} data-data={data ? true : undefined}>
            {title}
          </h1>
          {lead ? <p className={styles["lead"]}>{lead}</p> : null}
        </div>
        {actions ? <div className={styles["actions"]}>{actions}</div> : null}
      </header>
      {children}
    </>
  );
}

interface PanelProps {
  title?: string;
  /** What a screen reader calls a panel that shows no title of its own. */
  label?: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

/** A sheet of paper on the page. */
export function Panel({ title, label, aside, children, className }: PanelProps) {
  return (
    <section className={`${styles["panel"]} ${className ?? ""}`} aria-label={title ?? label}>
      {title ? (
        <div className={styles["panelHead"]}>
          <h2 className={styles["panelTitle"]}>{title}</h2>
          {aside}
        </div>
      ) : null}
      {children}
    </section>
  );
}
