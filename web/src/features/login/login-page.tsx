/** Logging in, with the one-time password where the account has one. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { answered, client } from "@/api/client";
import { messageOf } from "@/api/errors";
import { useLogin } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { useUrlState } from "@/ui/hooks";
import { inside } from "./inside";

export default function LoginPage() {
  const login = useLogin();
  const [{ next }] = useUrlState();
  const target = inside(next);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");

  const logIn = useMutation({
    mutationFn: () =>
      answered(client.POST("/api/v1/auth/login", { body: { username: username.trim(), password, totp: totp.trim() || null } })),
    onSuccess: async () => {
      queries.clear();
      await queries.invalidateQueries();
      await navigate({ href: target, replace: true });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    logIn.mutate();
  }

  if (login.data && !logIn.isPending) return <Onward to={target} />;
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <form onSubmit={submit} className="flex w-full max-w-xs flex-col gap-3 rounded-lg border border-line bg-surface p-6">
        <div className="mb-1 flex items-center gap-2.5">
          <img src="/favicon.svg" alt="" className="size-8" />
          <h1 className="text-xl font-semibold">Netledger</h1>
        </div>
        <TextField label="User name" name="username" autoComplete="username" autoFocus required value={username} onChange={(event) => { setUsername(event.target.value); }} />
        <TextField label="Password" name="password" type="password" autoComplete="current-password" required value={password} onChange={(event) => { setPassword(event.target.value); }} />
        <TextField
          label="One-time password"
          name="totp"
          inputMode="numeric"
          autoComplete="one-time-code"
          hint="Only where your account has an authenticator."
          maxLength={10}
          value={totp}
          onChange={(event) => { setTotp(event.target.value); }}
        />
        {logIn.isError && (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-sm break-words text-bad">
            {messageOf(logIn.error)}
          </p>
        )}
        <Button type="submit" tone="primary" busy={logIn.isPending} className="mt-1">
          Log in
        </Button>
      </form>
    </main>
  );
}

/** Whoever is logged in already goes on. */
function Onward({ to }: { to: string }) {
  const navigate = useNavigate();
  useEffect(() => void navigate({ href: to, replace: true }), [navigate, to]);
  return null;
}
