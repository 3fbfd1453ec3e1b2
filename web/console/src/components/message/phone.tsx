import { useEffect, useRef } from "react";
import { renderMessages } from "tieline-phone";
import styles from "@/components/message/phone.module.css";
import type { Json } from "@/components/message/tree";
import { useWords } from "@/components/message/words";
import { useLanguage } from "@/lib/language";

interface Props {
  messages: readonly Json[];
  notification: string;
  sender: string;
  locked: boolean;
}

/** The messages on a phone, drawn by what draws them in the simulated LINE too; or what the lock screen says of them. */
export function Phone({ messages, notification, sender, locked }: Props) {
  const w = useWords();
  return (
    <div className={styles["device"]} data-data role="group" aria-label={w("phone")}>
      <div className={styles["glass"]}>
        {locked ? <Lock sender={sender} notification={notification} /> : <Chat messages={messages} sender={sender} />}
      </div>
    </div>
  );
}

function Chat({ messages, sender }: { messages: readonly Json[]; sender: string }) {
  const language = useLanguage();
  const room = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!room.current) return;
    const drawn = messages.map((message) => ({ ...message, type: String(message["type"]) }));
    renderMessages(room.current, drawn, () => undefined, { sender: { name: sender }, time: "09:41", locale: language });
  }, [messages, sender, language]);
  return (
    <>
      <div className={styles["bar"]}>{sender}</div>
      {/* Scrolled by keyboard too, for a long message. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles["room"]} tabIndex={0} role="region" aria-label={sender} data-scrolls>
        <div ref={room} />
      </div>
    </>
  );
}

function Lock({ sender, notification }: { sender: string; notification: string }) {
  return (
    <div className={styles["lock"]}>
      <div className={styles["clock"]}>09:41</div>
      <div className={styles["notice"]}>
        <span className={styles["app"]}>LINE</span>
        <div className={styles["noticeWords"]}>
          <strong>{sender}</strong>
          <span>{notification || "…"}</span>
        </div>
      </div>
    </div>
  );
}
