/** A device's command line: the reason asked first, then bytes both ways; and the sessions before. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plug, PlugZap, Unplug } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { get } from "@/api/query";
import { useCan, useUser } from "@/api/session";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { usePathParam } from "@/ui/hooks";
import { Name, visible } from "@/ui/name";
import { Page, Panel, useTitle } from "@/ui/page";
import { QueryState, Skeleton } from "@/ui/states";
import { StatusBadge } from "@/ui/status";
import { Terminal, type TerminalHandle } from "@/ui/terminal";
import { Time } from "@/ui/time";
import { duration } from "@/ui/units";
import { TerminalSession, words, type Opened, type Told } from "./session";

export default function TerminalPage() {
  const id = usePathParam("id");
  const device = useQuery(get("/api/v1/inventory/devices/{device}", { path: { device: id } }));
  return (
    <QueryState query={device} skeleton={<Skeleton lines={12} className="p-5" />}>
      {(row) => <Known key={row.id} id={row.id} name={row.name || row.address} address={row.address} />}
    </QueryState>
  );
}

function Known({ id, name, address }: { id: string; name: string; address: string }) {
  const [reason, setReason] = useState("");
  const [given, setGiven] = useState<{ reason: string; number: number } | null>(null);
  useTitle(`Terminal of ${visible(name)}`);
  function start(event: FormEvent) {
    event.preventDefault();
    if (reason.trim()) setGiven({ reason: reason.trim(), number: (given?.number ?? 0) + 1 });
  }
  return (
    <Page wide title={<>Terminal of <Name className="inline!">{name}</Name></>} subtitle={<><code className="text-xs">{address}</code> · <Link className="text-accent underline" to={`/devices/${id}` as never}>the device</Link></>}>
      {given ? (
        <Session key={given.number} device={id} reason={given.reason} again={() => { setGiven({ ...given, number: given.number + 1 }); }} />
      ) : (
        <Panel title="Why do you log in?">
          <form onSubmit={start} className="flex max-w-2xl flex-wrap items-end gap-2">
            <TextField label="Reason" required autoFocus maxLength={1000} className="min-w-60 flex-1" value={reason} onChange={({ target }) => { setReason(target.value); }} />
            <Button type="submit" tone="primary" icon={Plug} disabled={!reason.trim()}>Connect</Button>
          </form>
          <p className="mt-2 text-xs text-muted">Over SSH, with the device’s stored credential, behind its pinned host key. What the device shows is recorded; who, why and how long is in the audit.</p>
        </Panel>
      )}
      <Earlier device={id} />
    </Page>
  );
}

function Session({ device, reason, again }: { device: string; reason: string; again: () => void }) {
  const session = useRef<TerminalSession | null>(null);
  const [screen, setScreen] = useState<TerminalHandle | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [over, setOver] = useState<Exclude<Told, Opened> | null>(null);

  useEffect(() => {
    if (!screen) return;
    const made = new TerminalSession({
      device,
      reason,
      size: screen.size(),
      onBytes: (bytes) => { screen.write(bytes); },
      onTold: (told) => {
        if (told.kind !== "opened") {
          setOver(told);
          return;
        }
        setOpened(told);
        const { cols, rows } = screen.size();
        made.resize(cols, rows);
        screen.focus();
      },
    });
    session.current = made;
    void made.start();
    return () => { made.stop(); };
  }, [screen, device, reason]);

  const state = over ? "closed" : opened ? "connected" : "connecting";
  return (
    <section className="flex flex-col gap-2" aria-label="Session">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <StatusBadge state={over ? "stopped" : state} label={state} />
        <span role="status" className="min-w-0 flex-1 break-words text-muted">
          {over ? words(over) : opened ? <>Recorded. Ends after {duration(opened.idle_timeout_s)} without typing.<span className="hidden sm:inline"> Host key <code className="text-xs">{opened.host_key}</code></span></> : "Logging in …"}
        </span>
        {over ? (
          <>
            {opened && <Link className="text-accent underline" to={`/terminals/${opened.session_id}` as never}>The recording</Link>}
            <Button icon={PlugZap} onClick={again}>Connect again</Button>
          </>
        ) : (
          <Button icon={Unplug} disabled={!opened} onClick={() => { session.current?.stop(); setOver({ kind: "ended", session_id: opened?.session_id ?? "", cause: "closed", message: "" }); }}>Disconnect</Button>
        )}
      </div>
      <Terminal
        label="Command line of the device"
        className="h-[max(20rem,calc(100dvh-18rem))]"
        onReady={setScreen}
        onData={(text) => { session.current?.type(text); }}
        onResize={(columns, rows) => { session.current?.resize(columns, rows); }}
      />
    </section>
  );
}

/** One's own recordings; of everybody, for admins. */
function Earlier({ device }: { device: string }) {
  const user = useUser();
  const can = useCan();
  const sessions = useQuery(get("/api/v1/audit", { query: { device_id: device, type: "terminal.ended.v1", limit: 20 } }));
  return (
    <Panel title="Sessions before" flush>
      <QueryState query={sessions} compact empty={<p className="p-3 text-sm text-muted">Nobody was on this command line from here yet.</p>}>
        {({ items }) => (
          <ol className="divide-y divide-line">
            {items.map((each) => (
              <li key={each.position} className="flex flex-wrap gap-x-3 gap-y-1 px-3 py-2 text-sm">
                <span className="w-40 shrink-0 text-muted"><Time at={each.occurred_at} /></span>
                <span className="w-28 shrink-0"><bdi>{each.actor.name}</bdi></span>
                <span className="min-w-0 flex-1 text-muted">{each.summary}{each.reason && <>: “<bdi>{each.reason}</bdi>”</>}</span>
                {(can("admin") || each.actor.id === user.id) && <Link className="text-accent underline" to={`/terminals/${each.subject.id ?? ""}` as never}>Replay</Link>}
              </li>
            ))}
          </ol>
        )}
      </QueryState>
    </Panel>
  );
}
