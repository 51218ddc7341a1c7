/** One event whole: what, who, why, old and new, what caused it and what it caused; and undoing it, with a preview. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { answered, client, type Schemas } from "@/api/client";
import { ApiError } from "@/api/errors";
import { get, useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "../button";
import { cn } from "../cn";
import { Dialog } from "../dialog";
import { Name } from "../name";
import { Facts } from "../page";
import { useAsk } from "../reason-dialog";
import { QueryState } from "../states";
import { Time } from "../time";
import { toast } from "../toast-store";
import { ActorName, eventWords } from "./timeline";
import { Changes, Value, type ValueChange } from "./values";

const PAGES: Record<string, string> = { device: "/devices/", customer: "/customers/", router: "/routers/" };

export function EventDrawer({ position, onPosition }: { position: number | null; onPosition: (position: number | null) => void }) {
  return (
    <Dialog drawer open={position !== null} onOpenChange={(open) => { if (!open) onPosition(null); }} title={position === null ? "Event" : `Event ${String(position)}`}>
      {position !== null && <Whole position={position} onPosition={onPosition} />}
    </Dialog>
  );
}

function Whole({ position, onPosition }: { position: number; onPosition: (position: number) => void }) {
  const event = useQuery(get("/api/v1/audit/{position}", { path: { position } }));
  return (
    <QueryState query={event}>
      {(data) => (
        <div className="flex flex-col gap-4">
          <EventFacts event={data} />
          <Chain event={data} onPosition={onPosition} />
          <Revert event={data} />
          <details>
            <summary className="text-sm font-medium">As it is stored</summary>
            <pre className="mt-2 overflow-x-auto rounded-md bg-sunken p-2 text-xs break-words whitespace-pre-wrap">{JSON.stringify(data.data, null, 2)}</pre>
          </details>
        </div>
      )}
    </QueryState>
  );
}

function EventFacts({ event }: { event: Schemas["EventBody"] }) {
  const changes = (event.changes ?? []) as ValueChange[];
  const about = Object.entries(event.about).filter(([, id]) => id);
  return (
    <>
      <p className="text-base"><Name wrap>{event.summary || eventWords(event.type)}</Name></p>
      <Facts
        items={[
          ["When", <Time key="when" at={event.occurred_at} />],
          ["Who", <ActorName key="who" entry={event} />],
          ["Why", event.reason ? <Name wrap>{event.reason}</Name> : ""],
          ["Type", <code key="type" className="text-xs">{event.type}</code>],
          ["Of", <span key="of">{event.aggregate} <code className="text-xs">{event.aggregate_id}</code></span>],
          ...about.map(([kind, id]) => [`About ${kind.replace("_id", "")}`, <About key={kind} kind={kind.replace("_id", "")} id={String(id)} />] as const),
        ]}
      />
      {changes.length > 0 && (
        <section>
          <h3 className="mb-1 text-sm font-semibold">What changed</h3>
          <Changes changes={changes} />
        </section>
      )}
    </>
  );
}

function About({ kind, id }: { kind: string; id: string }) {
  const page = PAGES[kind];
  return page ? <Link className="text-accent underline" to={page + id}>{id}</Link> : <code className="text-xs">{id}</code>;
}

/** Causes lead to effects: a tree. */
function Chain({ event, onPosition }: { event: Schemas["EventBody"]; onPosition: (position: number) => void }) {
  const chain = useQuery(get("/api/v1/audit/chain/{correlation_id}", { path: { correlation_id: event.correlation_id } }));
  return (
    <section>
      <h3 className="mb-1 text-sm font-semibold">Cause and effect</h3>
      <QueryState query={chain} compact>
        {({ items, total, truncated }) => (
          <>
            <ul className="text-sm">
              {items.map((cause) => <Cause key={cause.position} cause={cause} present={event.position} onPosition={onPosition} />)}
            </ul>
            {truncated && <p className="text-xs text-muted">The first of {total} events.</p>}
          </>
        )}
      </QueryState>
    </section>
  );
}

function Cause({ cause, present, onPosition }: { cause: Schemas["Cause"]; present: number; onPosition: (position: number) => void }) {
  const here = cause.position === present;
  return (
    <li>
      <button
        type="button"
        aria-current={here ? "true" : undefined}
        onClick={() => { onPosition(cause.position); }}
        className={cn("flex w-full items-baseline gap-2 rounded px-1.5 py-0.5 text-left hover:bg-hover", here && "bg-accent-soft font-medium")}
      >
        <span className="shrink-0 text-xs text-muted"><Time at={cause.occurred_at} style="clock" /></span>
        <span className="min-w-0 flex-1"><Name>{cause.summary || eventWords(cause.type)}</Name></span>
        <span className="shrink-0 text-xs text-muted"><ActorName entry={cause} /></span>
      </button>
      {cause.effects.length > 0 && (
        <ul className="ml-3 border-l border-line pl-2">
          {cause.effects.map((effect) => <Cause key={effect.position} cause={effect} present={present} onPosition={onPosition} />)}
        </ul>
      )}
    </li>
  );
}

type RevertBody = { dry_run: boolean; reason: string };

function revertCall(position: number, body: RevertBody) {
  return answered(client.POST("/api/v1/audit/{position}/revert", { params: { path: { position } }, body }));
}

/** Asks what undoing would do, shows it, and does it. For other places too, as an alert's suspected cause. */
export function useRevert(): (position: number) => Promise<void> {
  const ask = useAsk();
  const revert = useCommand(({ position, reason }: { position: number; reason: string }) => revertCall(position, { dry_run: false, reason }), {
    done: ({ command }) => `Reverted by ${commandWords(command)}`,
  });
  return async (position) => {
    let preview: Schemas["Reverted"];
    try {
      preview = await revertCall(position, { dry_run: true, reason: "" });
    } catch (error) {
      toast({ tone: "warn", title: "This cannot be undone", detail: error instanceof ApiError ? error.message : String(error) });
      return;
    }
    const given = await ask({
      title: `Revert event ${String(position)}?`,
      description: `Netledger will ${commandWords(preview.command)}. Nothing is erased: the undoing is an event of its own.`,
      preview: <Preview preview={preview} />,
      confirm: "Revert",
      danger: true,
      reasonRequired: true,
    });
    if (given) revert.mutate({ position, reason: given.reason });
  };
}

function Preview({ preview }: { preview: Schemas["Reverted"] }) {
  return (
    <div className="rounded-md bg-sunken p-2">
      {preview.changes.length > 0 ? <Changes changes={preview.changes as ValueChange[]} /> : <p className="text-xs text-muted">No single field changes.</p>}
      <p className="mt-1 text-xs text-muted">Events: <Value value={preview.events.map(eventWords)} /></p>
    </div>
  );
}

/** "change device" of `ChangeDevice`. */
function commandWords(command: string): string {
  return command.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function Revert({ event }: { event: Schemas["EventBody"] }) {
  const can = useCan();
  const revert = useRevert();
  if (!can("engineer")) return null;
  return (
    <div>
      <Button icon={Undo2} onClick={() => void revert(event.position)}>Revert…</Button>
    </div>
  );
}
