/** Somebody changed the customer on the router by hand: what differs, and which side is right. */
import { TriangleAlert } from "lucide-react";
import { answered, client } from "@/api/client";
import { useCommand } from "@/api/query";
import { useCan } from "@/api/session";
import { Button } from "@/ui/button";
import { Name } from "@/ui/name";
import { useAsk } from "@/ui/reason-dialog";
import { differences, shown } from "./shapes";

export function Drift({ customer, drift }: { customer: string; drift: unknown }) {
  const can = useCan();
  const ask = useAsk();
  const path = { path: { customer } };
  const adopt = useCommand((reason: string) => answered(client.POST("/api/v1/customers/{customer}/adopt", { params: path, body: { reason } })), {
    done: "The ledger follows the router",
  });
  const enforce = useCommand((reason: string) => answered(client.POST("/api/v1/customers/{customer}/enforce", { params: path, body: { reason } })), {
    done: "The router is changed back",
  });
  const found = differences(drift);
  const { missing, comment_differs: comment } = (drift ?? {}) as { missing?: boolean; comment_differs?: boolean };

  async function answer(how: "adopt" | "enforce") {
    const given = await ask(
      how === "adopt"
        ? { title: "Is the router right?", description: "What it says now becomes what the ledger expects.", confirm: "Adopt" }
        : { title: "Is the ledger right?", description: "The router is changed back to what the ledger says.", confirm: "Enforce", danger: true },
    );
    if (given) (how === "adopt" ? adopt : enforce).mutate(given.reason);
  }

  return (
    <section aria-label="Changed by hand" className="rounded-lg border border-line bg-warn-soft p-3">
      <div className="flex flex-wrap items-center gap-2">
        <TriangleAlert aria-hidden className="size-4 text-warn" />
        <h2 className="min-w-0 flex-1 font-semibold">{missing ? "The secret is gone from the router" : "Changed on the router by hand"}</h2>
        {can("engineer") && (
          <>
            <Button small busy={adopt.isPending} onClick={() => void answer("adopt")}>Adopt</Button>
            <Button small tone="danger" busy={enforce.isPending} onClick={() => void answer("enforce")}>Enforce</Button>
          </>
        )}
      </div>
      {(found.length > 0 || comment) && (
        <table className="mt-2 text-sm">
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="pr-6 text-left font-medium">Field</th>
              <th scope="col" className="pr-6 text-left font-medium">Ledger</th>
              <th scope="col" className="text-left font-medium">Router</th>
            </tr>
          </thead>
          <tbody>
            {found.map((each) => (
              <tr key={each.field}>
                <td className="pr-6">{each.field.replaceAll("_", " ")}</td>
                <td className="pr-6"><Name>{shown(each.expected)}</Name></td>
                <td><Name>{shown(each.found)}</Name></td>
              </tr>
            ))}
            {comment && <tr><td className="pr-6">comment</td><td className="pr-6 text-muted">not shown</td><td className="text-muted">differs</td></tr>}
          </tbody>
        </table>
      )}
    </section>
  );
}
