/** One's own account: e-mail address, password, second factor, notifications of this browser. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { answered, client, type Schemas } from "@/api/client";
import { useCommand } from "@/api/query";
import { useUser } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Facts, Page, Panel } from "@/ui/page";
import { Chip, StatusBadge } from "@/ui/status";
import { Time } from "@/ui/time";
import { TwoFactor } from "./two-factor";

type OwnChanges = Schemas["OwnChanges"];

export default function AccountPage() {
  const user = useUser();
  return (
    <Page title="Your account">
      <div className="gap-4 md:columns-2 [&>*]:mb-4 [&>*]:break-inside-avoid">
        <Panel title={user.username}>
          <Facts items={[["Role", <Chip key="role">{user.role}</Chip>], ["Since", <Time key="since" at={user.created_at} />], ["Last login", <Time key="last" at={user.last_login_at} relative />]]} />
        </Panel>
        <Panel title="E-mail address">
          <Email present={user.email ?? ""} />
        </Panel>
        <Panel title="Password">
          <Password />
        </Panel>
        <Panel title="Second factor" actions={<StatusBadge state={user.totp ? "enabled" : "disabled"} />}>
          <TwoFactor on={user.totp ?? false} />
        </Panel>
        <Panel title="Notifications of this browser">
          <Notifications />
        </Panel>
      </div>
    </Page>
  );
}

function useChangeMe(done: string, onSuccess?: () => void) {
  const queries = useQueryClient();
  return useCommand((body: Omit<OwnChanges, "reason" | "current_password"> & { current_password?: string }) => answered(client.PATCH("/api/v1/users/me", { body })), {
    done,
    onSuccess: (user) => {
      queries.setQueryData(["session"], user);
      onSuccess?.();
    },
  });
}

function Email({ present }: { present: string }) {
  const [email, setEmail] = useState(present);
  const save = useChangeMe("Saved");
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ email });
  }
  return (
    <form onSubmit={submit} className="flex items-end gap-2">
      <TextField label="E-mail" type="email" autoComplete="email" className="flex-1" value={email} onChange={({ target }) => { setEmail(target.value); }} />
      <Button type="submit" busy={save.isPending} disabled={email === present}>Save</Button>
    </form>
  );
}

function Password() {
  const { username } = useUser();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const save = useChangeMe("The password was changed; other sessions have ended", () => {
    setCurrent("");
    setFresh("");
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ password: fresh, current_password: current });
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <input hidden readOnly name="username" autoComplete="username" value={username} />
      <TextField label="Present password" type="password" required autoComplete="current-password" value={current} onChange={({ target }) => { setCurrent(target.value); }} />
      <TextField label="New password" type="password" required minLength={12} autoComplete="new-password" hint="12 characters or more. Your other sessions end." value={fresh} onChange={({ target }) => { setFresh(target.value); }} />
      <Button type="submit" className="self-start" busy={save.isPending}>Change the password</Button>
    </form>
  );
}

function Notifications() {
  const there = "Notification" in window && window.isSecureContext;
  const [permission, setPermission] = useState(there ? Notification.permission : "denied");
  if (!there) return <p className="text-muted">Browsers notify on HTTPS and on this machine alone. Alerts show as toasts while a page is open.</p>;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="min-w-48 flex-1 text-muted">Critical alerts notify you while a page of Netledger is open in the background.</p>
      {permission === "granted" ? (
        <StatusBadge state="enabled" />
      ) : permission === "denied" ? (
        <p className="text-warn">Refused: allow it in the browser&apos;s settings of this site.</p>
      ) : (
        <Button onClick={() => void Notification.requestPermission().then(setPermission)}>Allow notifications</Button>
      )}
    </div>
  );
}
