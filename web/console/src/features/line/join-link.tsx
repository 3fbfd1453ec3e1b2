import { Button, CopyButton, Popover } from "@mantine/core";
import { QrCode } from "lucide-react";
import { useWords as useCommon } from "@/components/words";
import { codeOf, type Join } from "@/features/line/joins";
import styles from "@/features/line/line.module.css";
import { useWords } from "@/features/line/words";

/** The link of a source, and its code to print. */
export function JoinLink({ join }: { join: Join }) {
  const w = useWords();
  const common = useCommon();
  return (
    <div className={styles["tools"]}>
      <CopyButton value={join.link}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-sm" onClick={copy}>
            {copied ? common("copied") : w("join.copy")}
          </Button>
        )}
      </CopyButton>
      <Popover position="bottom-end" width={240} withArrow>
        <Popover.Target>
          <Button variant="default" size="compact-sm" leftSection={<QrCode size={14} aria-hidden />}>
            QR
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <img className={styles["qr"]} src={codeOf(join.account, join.key, "svg")} alt={w("join.codeOf", { name: join.name })} data-data />
          <div className={styles["row"]}>
            {(["svg", "png"] as const).map((form) => (
              <Button key={form} component="a" variant="default" size="compact-sm" href={codeOf(join.account, join.key, form)} download={`${join.key}.${form}`}>
                <span data-data>{form.toUpperCase()}</span>
              </Button>
            ))}
          </div>
          <p className={styles["soft"]}>{w("join.printed")}</p>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}
