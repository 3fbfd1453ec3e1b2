import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Failed } from "@/components/states";
import { useImportFriends } from "@/features/line/line";
import styles from "@/features/line/line.module.css";
import { useWords } from "@/features/line/words";

/** Let the friends an account has already be known; a friend who is known has not agreed to anything by that. */
export function ImportFriends({ account }: { account: string }) {
  const w = useWords();
  const [count, setCount] = useState(0);
  const friends = useImportFriends(account, setCount);
  return (
    <>
      <Button
        variant="default"
        loading={friends.isPending}
        onClick={() => friends.mutate(undefined, { onSuccess: (all) => notifications.show({ message: w("friendsDone", { count: all }) }) })}
      >
        {w("importFriends")}
      </Button>
      {friends.isPending && count ? (
        <span className={styles["soft"]} role="status">
          {w("friendsSoFar", { count })}
        </span>
      ) : null}
      {friends.error ? <Failed error={friends.error} small /> : null}
    </>
  );
}
