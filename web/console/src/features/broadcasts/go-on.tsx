import { Alert, Button } from "@mantine/core";
import { Wallet } from "lucide-react";
import { useMay } from "@/api/me";
import { Failed } from "@/components/states";
import { useGoOn } from "@/features/broadcasts/broadcasts";
import styles from "@/features/broadcasts/broadcasts.module.css";
import { useWords } from "@/features/broadcasts/words";

/** Whom the month's quota or a budget did not reach for, and a person who lets them have it after all. */
export function GoOn({ broadcast, failed }: { broadcast: string; failed: Record<string, number> }) {
  const w = useWords();
  const may = useMay()("cost.write");
  const goOn = useGoOn(broadcast);
  const waiting = (failed["quota"] ?? 0) + (failed["budget"] ?? 0);
  if (!waiting) return null;
  return (
    <Alert color="yellow" icon={<Wallet size={18} aria-hidden />} title={w("withoutRoom", { count: waiting })}>
      <p className={styles["words"]}>{w(may ? "withoutRoomWhy" : "withoutRoomAsk")}</p>
      {goOn.error ? <Failed error={goOn.error} small /> : null}
      {may ? (
        <Button variant="default" loading={goOn.isPending} onClick={() => goOn.mutate()}>
          {w("sendRest")}
        </Button>
      ) : null}
    </Alert>
  );
}
