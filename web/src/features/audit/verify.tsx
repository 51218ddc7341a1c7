/** The check of the whole ledger against its hash chain. */
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { read } from "@/api/query";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Facts, ProgressBar } from "@/ui/page";
import { QueryState } from "@/ui/states";
import { count } from "@/ui/units";

export function VerifyDialog({ onClose }: { onClose: () => void }) {
  // a key of its own: no event makes it read the whole ledger again
  const check = useQuery({ queryKey: ["verify"], queryFn: ({ signal }) => read("/api/v1/audit/verify", undefined, signal), staleTime: Infinity, gcTime: 0, retry: false });
  return (
    <Dialog
      open
      onOpenChange={(open) => { if (!open) onClose(); }}
      title="Verify the ledger"
      description="Every event carries the hash of the one before it: what was altered, removed or inserted breaks the chain."
      footer={<Button busy={check.isFetching} onClick={() => void check.refetch()}>Check again</Button>}
    >
      {check.isFetching ? (
        <div role="status">
          <p className="mb-2">Reading every event and computing the chain anew …</p>
          <ProgressBar value={null} label="Verifying" />
        </div>
      ) : (
        <QueryState query={check} compact>
          {({ intact, events, position, checkpoints, proven, finding }) => (
            <>
              <p className={intact ? "mb-3 flex items-center gap-2 text-base font-medium text-ok" : "mb-3 flex items-center gap-2 text-base font-medium text-bad"}>
                {intact ? <ShieldCheck aria-hidden className="size-5" /> : <ShieldAlert aria-hidden className="size-5" />}
                {intact ? "Intact: nothing was changed" : `Broken at position ${String(finding?.position ?? "")}: ${finding?.what ?? ""}`}
              </p>
              <Facts items={[["Events", count(events)], ["Up to position", count(position)], ["Signed checkpoints", count(checkpoints)], ["Proven by them", count(proven)]]} />
            </>
          )}
        </QueryState>
      )}
    </Dialog>
  );
}
