import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { useAccounts } from "@/api/accounts";
import { meQuery } from "@/api/me";
import { Failed, Waiting } from "@/components/states";
import { useBroadcast } from "@/features/broadcasts/broadcasts";
import { Composer } from "@/features/broadcasts/composer";
import { blank, draftOf } from "@/features/broadcasts/draft";
import { useWords } from "@/features/broadcasts/words";

/** Write a new broadcast, go on with a draft, or begin from one that was sent (`?from=key`). */
export function ComposerPage() {
  const w = useWords();
  const navigate = useNavigate();
  const { key = "" } = useParams();
  const [query] = useSearchParams();
  const from = query.get("from") ?? "";
  // What was begun here stays as it is when it gets an address of its own.
  const [begun, setBegun] = useState("");
  const fresh = key === "" || key === begun;
  const kept = useBroadcast(fresh ? from : key, false);
  const accounts = useAccounts();
  const me = useQuery(meQuery);
  const failed = accounts.error ?? kept.error;
  if (failed) return <Failed error={failed} retry={() => void (accounts.error ? accounts.refetch() : kept.refetch())} />;
  if (!accounts.data || !me.data || (!kept.data && (!fresh || from !== ""))) return <Waiting rows={5} height={72} />;
  if (!fresh && kept.data)
    return <Composer key={key} kept={key} start={draftOf(kept.data.name, kept.data.definition)} began={() => undefined} />;
  const start = kept.data
    ? { ...draftOf(w("copyOf", { name: kept.data.name }), kept.data.definition), when: "now" as const, at: "" }
    : blank(accounts.data.accounts[0]?.key ?? "");
  return (
    <Composer
      key="new"
      kept=""
      start={start}
      began={(made, step) => {
        setBegun(made);
        void navigate(`/broadcasts/edit/${made}?step=${step}`, { replace: true });
      }}
    />
  );
}
