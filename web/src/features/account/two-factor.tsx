/** The authenticator app: set up with a code, or taken off. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { useAsk } from "@/ui/reason-dialog";

export function TwoFactor({ on }: { on: boolean }) {
  const ask = useAsk();
  const queries = useQueryClient();
  const [code, setCode] = useState("");
  const begin = useCommand(() => answered(client.POST("/api/v1/users/me/totp")));
  const confirm = useCommand(() => answered(client.POST("/api/v1/users/me/totp/confirm", { body: { secret: begin.data?.secret ?? "", code } })), {
    done: "From now on a login needs a code too",
    onSuccess: (user) => {
      queries.setQueryData(["session"], user);
      begin.reset();
    },
  });
  const off = useCommand((reason: string) => answered(client.DELETE("/api/v1/users/me/totp", { body: { reason } })), {
    done: "A login needs the password alone",
    onSuccess: (user) => { queries.setQueryData(["session"], user); },
  });
  async function onOff() {
    const given = await ask({ title: "Take the authenticator off?", description: "Your account is then as safe as its password.", confirm: "Take it off", danger: true });
    if (given) off.mutate(given.reason);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    confirm.mutate();
  }
  if (on) return <Button tone="danger" busy={off.isPending} onClick={() => void onOff()}>Take it off…</Button>;
  if (!begin.data) return <Button busy={begin.isPending} onClick={() => { begin.mutate(); }}>Set up an authenticator</Button>;
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <p>
        Add this key to your authenticator app, or <a className="text-accent underline" href={begin.data.uri}>open it there</a>; then type the code that it shows.
      </p>
      <code className="rounded-md bg-sunken p-2 break-all">{begin.data.secret}</code>
      <div className="flex items-end gap-2">
        <TextField label="Code" inputMode="numeric" autoComplete="one-time-code" required value={code} onChange={({ target }) => { setCode(target.value); }} />
        <Button type="submit" tone="primary" busy={confirm.isPending}>Confirm</Button>
      </div>
    </form>
  );
}
