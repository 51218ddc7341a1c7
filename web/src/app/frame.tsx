/** What is around every page: menu, header, live feed. Whoever is not logged in is led to the login and back. */
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onLoginEnded } from "@/api/client";
import { SessionProvider, useLogin } from "@/api/session";
import { LiveProvider } from "@/live/feed";
import { AskProvider } from "@/ui/reason-dialog";
import { Failure, Skeleton } from "@/ui/states";
import { AlertToasts } from "./alert-toasts";
import { Header } from "./header";
import { PaletteProvider } from "./palette";
import { PhoneBar, SideBar } from "./menu";

export function Frame() {
  const login = useLogin();
  const queries = useQueryClient();
  useEffect(() => onLoginEnded(() => { queries.setQueryData(["session"], null); }), [queries]);

  if (login.data === undefined)
    return login.isError ? <Failure error={login.error} retry={() => void login.refetch()} /> : <Skeleton lines={10} className="p-6" />;
  if (login.data === null) return <ToLogin />;

  return (
    <SessionProvider user={login.data}>
      <LiveProvider key={login.data.id}>
        <AskProvider>
          <PaletteProvider>
            <AlertToasts />
            <a href="#page" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded focus:bg-raised focus:px-3 focus:py-2">
              To the page
            </a>
            <div className="flex h-dvh flex-col overflow-hidden lg:flex-row">
              <SideBar />
              <div className="flex min-h-0 min-w-0 flex-1 flex-col">
                <Header />
                <main id="page" tabIndex={-1} className="flex min-h-0 flex-1 flex-col overflow-y-auto focus:outline-none">
                  <Outlet />
                </main>
              </div>
              <PhoneBar />
            </div>
          </PaletteProvider>
        </AskProvider>
      </LiveProvider>
    </SessionProvider>
  );
}

/** Once, with the page that was wanted: the login leads back to it. */
function ToLogin() {
  const navigate = useNavigate();
  const router = useRouter();
  useEffect(() => {
    void navigate({ to: "/login", search: { next: router.state.location.href } as never, replace: true });
  }, [navigate, router]);
  return null;
}
