import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { answer, api } from "@/api/client";
import { ME, type Me, welcome } from "@/api/me";
import { Problem } from "@/api/problem";
import { useSaid } from "@/api/sentences/said";
import { LanguageMenu } from "@/components/language-menu";
import icon from "@/components/icon.svg";
import styles from "@/components/door.module.css";
import { useWords } from "@/features/login/words";

interface Origin {
  from?: string;
  ended?: boolean;
}

export function LoginPage() {
  const w = useWords();
  const said = useSaid();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { from, ended } = (useLocation().state ?? {}) as Origin;
  const [form, setForm] = useState({ email: "", password: "", workspace: "" });
  const login = useMutation({
    mutationFn: () => answer<Me>(api.POST("/api/session", { body: form })),
    onSuccess: (me) => {
      queries.clear();
      queries.setQueryData(ME, welcome(me));
      void navigate(from ?? "/", { replace: true });
    },
  });
  const several = form.workspace !== "" || (login.error instanceof Problem && login.error.field === "/workspace");

  useEffect(() => {
    document.title = `${w("title")} · Tieline`;
  }, [w]);

  function submit(event: FormEvent) {
    event.preventDefault();
    login.mutate();
  }

  const set = (name: keyof typeof form) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setForm((before) => ({ ...before, [name]: value }));
  };

  return (
    <main className={styles["stage"]}>
      <div className={styles["card"]}>
        <img className={styles["mark"]} src={icon} alt="" />
        <h1 className={styles["title"]}>{w("welcome")}</h1>
        <p className={styles["lead"]}>{w("lead")}</p>
        <form className={styles["form"]} onSubmit={submit}>
          <p className={styles["error"]} role="alert" hidden={!login.error && !ended}>
            {login.error ? explain(login.error, w, said) : w("ended")}
          </p>
          <TextInput
            label={w("email")}
            type="text"
            inputMode="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={form.email}
            onChange={set("email")}
          />
          <PasswordInput
            label={w("password")}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ "aria-label": w("show") }}
            required
            withAsterisk={false}
            value={form.password}
            onChange={set("password")}
          />
          {several ? (
            <TextInput label={w("workspace")} required withAsterisk={false} value={form.workspace} onChange={set("workspace")} />
          ) : null}
          <Button type="submit" loading={login.isPending} fullWidth mt={4}>
            {w("submit")}
          </Button>
        </form>
        <p className={styles["note"]}>{w("first")}</p>
        <LanguageMenu />
      </div>
    </main>
  );
}

function explain(error: Error, w: ReturnType<typeof useWords>, said: ReturnType<typeof useSaid>): string {
  if (!(error instanceof Problem)) return error.message;
  if (error.status === 401) return w("wrong");
  if (error.status === 429) return w("tooMany");
  if (error.field === "/workspace") return w("workspaceWhy");
  return said(error.message, error.wayOut);
}
