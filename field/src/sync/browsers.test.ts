import { describe, expect, it } from "vitest";
import { insideApp, isIphone, openOutside } from "./browsers";

const ANDROID = "Mozilla/5.0 (Linux; Android 10; SM-A107F Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/90.0.4430.210 Mobile Safari/537.36";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 14_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";

describe("in-app browsers", () => {
  it.each([
    ["zalo", `${ANDROID} Zalo android/12100687 ZaloTheme/light ZaloLanguage/vi`],
    ["zalo", `${IPHONE} Mobile/15E148 Zalo iOS/508 ZaloTheme/light`],
    ["facebook", `${ANDROID} [FB_IAB/FB4A;FBAV/330.0.0.41.120;]`],
    ["facebook", `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBDV/iPhone10,3;FBAV/330.0]`],
    ["messenger", `${ANDROID} [FB_IAB/Orca-Android;FBAV/320.0.0.17.120;]`],
    ["instagram", `${IPHONE} Mobile/15E148 Instagram 200.0.0.20.118`],
    ["tiktok", `${ANDROID} trill_2022 JsSdk/1.0 NetType/WIFI Channel/googleplay BytedanceWebview/d8a21c6`],
    ["other", ANDROID],
  ])("%s", (host, agent) => expect(insideApp(agent)).toBe(host));

  it.each([
    "Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.210 Mobile Safari/537.36",
    `${IPHONE} Version/14.1.2 Mobile/15E148 Safari/604.1`,
    "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A235F) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/19.0 Chrome/102.0.5005.125 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
  ])("leaves real browsers alone: %s", (agent) => expect(insideApp(agent)).toBeNull());

  it("opens the real browser with the enrolment code", () => {
    const link = openOutside("http://127.0.0.1:8000/app/#enrol=123456");
    expect(link).toMatch(/^intent:\/\/127\.0\.0\.1:8000\/app\/\?enrol=123456#Intent;scheme=http;/);
    expect(link).toContain(encodeURIComponent("http://127.0.0.1:8000/app/?enrol=123456"));
    expect(isIphone(IPHONE)).toBe(true);
    expect(isIphone(ANDROID)).toBe(false);
  });
});
