import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, LinkIcon } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { Link } from "react-router";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import type { components } from "@/api/schema";
import { useSaid } from "@/api/sentences/said";
import { LanguageMenu } from "@/components/language-menu";
import { Blank, Failed, Waiting } from "@/components/states";
import styles from "@/components/door.module.css";
import { useCodes, useWords } from "@/features/join/words";

type Look = components["schemas"]["InvitationLook"];

/** The token stands behind #, where no server and no log sees it. */
function tokenOfAddress(): string {
  return location.hash.slice(1);
}

export function JoinPage() {
  const w = useWords();
  const [token] = useState(tokenOfAddress);
  const look = useQuery({
    queryKey: ["invitation"],
    queryFn: () => answer<Look>(api.POST("/api/invitations/look", { body: { token } })),
    refetchOnWindowFocus: false,
    retry: false,
  });
  const accept = useMutation({
    mutationFn: (password: string) => answer<Look>(api.POST("/api/invitations/accept", { body: { token, password } })),
  });

  useEffect(() => {
    document.title = `${w("title")} · Tieline`;
  }, [w]);

  const gone = (error: Error | null) => error instanceof Problem && error.status === 404;
  return (
    <main className={styles["stage"]}>
      <div className={styles["card"]}>
        {accept.data ? (
          <Blank icon={CircleCheck} title={w("joined")} whole small action={<Button component={Link} to="/login">{w("toLogin")}</Button>}>
            {w("joinedWhy", { email: accept.data.email })}
          </Blank>
        ) : gone(look.error) || gone(accept.error) ? (
          <Blank icon={LinkIcon} title={w("gone")} whole small failed>
            {w("goneWhy")}
          </Blank>
        ) : look.error ? (
          <Failed error={look.error} retry={() => void look.refetch()} />
        ) : look.data ? (
          <Form look={look.data} error={accept.error} pending={accept.isPending} submit={accept.mutate} />
        ) : (
          <Waiting rows={3} />
        )}
        <LanguageMenu />
      </div>
    </main>
  );
}

interface FormProps {
  look: Look;
  error: Error | null;
  pending: boolean;
  submit: (password: string) => void;
}

function Form({ look, error, pending, submit }: FormProps) {
  const w = useWords();
  const code = useCodes();
  const [password, setPassword] = useState("");
  const said = useSaid();
  const wrong = error instanceof Problem ? said(error.message, error.wayOut) : error?.message;

  function send(event: FormEvent) {
    event.preventDefault();
    submit(password);
  }

  return (
    <form className={styles["form"]} onSubmit={send}>
      <h1 className={styles["title"]} data-data>
        {w("welcome", { workspace: look.workspace_name })}
      </h1>
      <p data-data>{w("lead", { email: look.email, role: code("role", look.role) })}</p>
      <PasswordInput
        label={w("password")}
        description={w("passwordWhy")}
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ "aria-label": w("show") }}
        value={password}
        error={wrong}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button type="submit" loading={pending} fullWidth>
        {w("submit")}
      </Button>
    </form>
  );
}
