import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { isIphone, openOutside, type Host } from "../../sync/browsers";
import { Icon } from "../../ui/icons";
import { t } from "../../ui/i18n";
import { Languages } from "./languages";

const NAMES: Record<Host, string> = { zalo: "Zalo", facebook: "Facebook", messenger: "Messenger", instagram: "Instagram", tiktok: "TikTok", line: "LINE", other: "" };

/** Inside another app's browser: nothing is written, one button leads out. */
export function OpenOutside({ host }: { host: Host | "no_storage" }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const iphone = isIphone(navigator.userAgent);
  const code = /^#enrol=(\d{6})$/.exec(location.hash)?.[1];
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <main class="start" data-testid="outside">
      <Brand />
      <h1>{host === "no_storage" ? t("outside.no_storage_title") : t(NAMES[host] ? "outside.title" : "outside.title_other", { app: NAMES[host] })}</h1>
      <p>{t(host === "no_storage" ? "outside.no_storage" : "outside.why")}</p>
      {iphone ? (
        <ol class="steps">
          <li><Picture step="menu" /><span>{t("outside.iphone_1")}</span></li>
          <li><Picture step="safari" /><span>{t("outside.iphone_2")}</span></li>
          <li><Picture step="app" /><span>{t("outside.iphone_3")}</span></li>
        </ol>
      ) : (
        <a class="button main" href={openOutside(location.href)} data-testid="open-outside"><Icon name="phone" /><span>{t("outside.open")}</span></a>
      )}
      {code && <p class="code">{t("outside.code")} <b>{code}</b></p>}
      <button type="button" class="button quiet" onClick={() => void copy()}><Icon name={copied ? "check" : "note"} /><span>{t(copied ? "outside.copied" : "outside.copy")}</span></button>
      <Languages />
    </main>
  );
}

function Picture({ step }: { step: "menu" | "safari" | "app" }): JSX.Element {
  return (
    <svg class="picture" viewBox="0 0 90 90" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <rect x="22" y="5" width="46" height="80" rx="8" />
      {step === "menu" && <><path d="M30 18h18" /><path d="M53 18h.1M58 18h.1M63 18h.1" stroke-width="5" /><circle cx="58" cy="18" r="10" /></>}
      {step === "safari" && <><circle cx="45" cy="45" r="17" /><path d="M52 38l-4 11-10 4 4-11Z" /></>}
      {step === "app" && <><path d="M33 44l12-10 12 10v16H33Z" /><path d="M41 60V50h8v10" /></>}
    </svg>
  );
}

export function Brand(): JSX.Element {
  return (
    <p class="brand">
      <svg viewBox="0 0 64 64" width="56" height="56" aria-hidden="true">
        <rect width="64" height="64" rx="15" fill="#0b5d4b" />
        <path d="M13 31 32 15l19 16" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" stroke-linejoin="round" />
        <path d="M20 30v18h24V30" fill="none" stroke="#fff" stroke-width="5" stroke-linejoin="round" />
        <path d="M27 39l4 4 8-8" fill="none" stroke="#ffd166" stroke-width="5" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      <span><b>Tổ Số</b><small>{t("brand.full")}</small></span>
    </p>
  );
}
