/** @jsxImportSource react */
// The frame of every e-mail: the agency's name above, one card, a footer; light and dark.

import type { CSSProperties, ReactNode } from "react";
import type { Palette, TemplateBrand } from "./types.ts";

const FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const css = (colors: Palette) => `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; width: 100%; -webkit-text-size-adjust: 100%; }
table { border-collapse: separate; mso-table-lspace: 0; mso-table-rspace: 0; }
.btn:focus-visible, a:focus-visible { outline: 2px solid currentColor; outline-offset: 3px; }
@media (max-width: 620px) {
  .gutter { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .cell { padding-left: 24px !important; padding-right: 24px !important; }
  .btn { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  .bg { background-color: #101114 !important; }
  .card { background-color: #1a1b1f !important; border-color: #2d2e33 !important; }
  .ink { color: #f1f1f3 !important; }
  .soft { color: #b9bac0 !important; }
  .rule { border-color: #2d2e33 !important; }
  .code { background-color: #101114 !important; border-color: #2d2e33 !important; }
  .brandlink { color: ${colors.linkOnDark} !important; }
  .btn { border-color: ${colors.edgeOnDark} !important; }
}
[data-ogsc] .ink { color: #f1f1f3 !important; }
[data-ogsc] .soft { color: #b9bac0 !important; }
`;

const text = (size: number, line: number, color: string): CSSProperties => ({
  color,
  fontFamily: FONT,
  fontSize: `${size}px`,
  lineHeight: `${line}px`,
});

const table = { role: "presentation", cellPadding: "0", cellSpacing: "0", border: 0 } as const;

/** One row of the card. */
function Row({
  top,
  bottom = 0,
  tone = "",
  style = {},
  children,
}: {
  top: number;
  bottom?: number;
  tone?: "" | "ink" | "soft";
  style?: CSSProperties;
  children: ReactNode;
}) {
  return (
    <tr>
      <td className={`cell ${tone}`.trim()} style={{ padding: `${top}px 44px ${bottom}px 44px`, ...style }}>
        {children}
      </td>
    </tr>
  );
}

/** A paragraph in ink. */
export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Row top={16} tone="ink" style={text(16, 25, "#17181c")}>
      {children}
    </Row>
  );
}

/** A quieter, smaller paragraph: how long a button works, who asked. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <Row top={16} tone="soft" style={text(14, 21, "#55575f")}>
      {children}
    </Row>
  );
}

/** A heading among paragraphs. */
export function SubHeading({ children }: { children: ReactNode }) {
  return (
    <Row top={28} tone="ink" style={{ ...text(18, 26, "#17181c"), fontWeight: 600 }}>
      <h2 style={{ margin: "0", ...text(18, 26, "inherit"), fontWeight: 600 }}>{children}</h2>
    </Row>
  );
}

/** A list or a quotation, in the type of a paragraph. */
export function Wide({ children }: { children: ReactNode }) {
  return (
    <Row top={16} tone="ink" style={text(16, 25, "#17181c")}>
      {children}
    </Row>
  );
}

/** The end of a card that has nothing to say below its last paragraph. */
export function End() {
  return <Row top={36}>{null}</Row>;
}

/** Words of a person, set apart from ours. */
export function Quote({ children }: { children: ReactNode }) {
  return (
    <span className="soft" style={{ color: "#55575f" }}>
      {children}
    </span>
  );
}

/** A code to be typed, large and in one piece. */
export function Code({ children }: { children: ReactNode }) {
  return (
    <Row top={16}>
      <table {...table}>
        <tbody>
          <tr>
            <td
              className="code ink"
              style={{
                padding: "12px 20px",
                border: "1px solid #e6e6ea",
                borderRadius: "9px",
                backgroundColor: "#f7f7f9",
                color: "#17181c",
                fontFamily: "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace",
                fontSize: "26px",
                lineHeight: "32px",
                fontWeight: 600,
                letterSpacing: "4px",
              }}
            >
              {children}
            </td>
          </tr>
        </tbody>
      </table>
    </Row>
  );
}

/** A line between what was said and what follows. */
export function Rule() {
  return (
    <Row top={32}>
      <table {...table} width="100%" data-skip="true">
        <tbody>
          <tr>
            <td className="rule" style={{ borderTop: "1px solid #e6e6ea", fontSize: "0", lineHeight: "0" }}>
              &nbsp;
            </td>
          </tr>
        </tbody>
      </table>
    </Row>
  );
}

/** The last rows of the card: a rule, what to do when this was not expected, and the button's address to copy. */
export function Closing({ brand, url, children }: { brand: TemplateBrand; url?: string; children: ReactNode }) {
  return (
    <>
      <Rule />
      <Row top={20} bottom={36} tone="soft" style={text(13, 20, "#55575f")}>
        {children}
        {url && (
          // the text part has the address under the button already
          <span data-skip="true">
            <br />
            <br />
            If the button does not open, copy this address into your browser:
            <br />
            <a className="brandlink" href={url} style={{ color: brand.palette.link, wordBreak: "break-all" }}>
              {url}
            </a>
          </span>
        )}
      </Row>
    </>
  );
}

function Initials({ brand }: { brand: TemplateBrand }) {
  return (
    <td
      width="36"
      height="36"
      align="center"
      valign="middle"
      data-skip="true"
      aria-hidden="true"
      style={{
        width: "36px",
        height: "36px",
        backgroundColor: brand.palette.brand,
        borderRadius: "9px",
        color: brand.palette.onBrand,
        fontFamily: FONT,
        fontSize: "14px",
        fontWeight: 600,
      }}
    >
      {brand.initials}
    </td>
  );
}

const grounds = { light: "#ffffff", dark: "#17181c" } as const;

// Many programs show no pictures before they are told to: a wide logo has the name in its place, a square one beside it.
function LogoCell({ brand, logo }: { brand: TemplateBrand; logo: NonNullable<TemplateBrand["logo"]> }) {
  const plate = logo.ground
    ? { padding: "4px 6px", borderRadius: "9px", backgroundColor: grounds[logo.ground], color: "#55575f" }
    : {};
  return (
    <td className={logo.ground ? undefined : "ink"} style={{ ...text(16, 24, "#17181c"), fontWeight: 600, ...plate }}>
      <img
        src={logo.url}
        width={logo.width}
        height={logo.height}
        alt={logo.wide ? brand.name : ""}
        style={{ display: "block", border: "0", outline: "none", textDecoration: "none" }}
      />
    </td>
  );
}

function Masthead({ brand }: { brand: TemplateBrand }) {
  const { logo } = brand;
  return (
    <Row top={36}>
      <table {...table}>
        <tbody>
          <tr>
            {logo ? <LogoCell brand={brand} logo={logo} /> : <Initials brand={brand} />}
            {!logo?.wide && (
              <td
                className="ink"
                style={{ paddingLeft: "12px", color: "#17181c", fontFamily: FONT, fontSize: "16px", fontWeight: 600 }}
              >
                {brand.name}
              </td>
            )}
          </tr>
        </tbody>
      </table>
    </Row>
  );
}

function Footer({ brand, children }: { brand: TemplateBrand; children: ReactNode }) {
  return (
    <table {...table} width="600" style={{ width: "100%", maxWidth: "600px" }}>
      <tbody>
        <tr>
          <td
            className="cell soft"
            align="center"
            style={{ padding: "20px 44px 24px 44px", ...text(12, 18, "#5c5e66") }}
          >
            {brand.name}
            {brand.address && <>, {brand.address}</>}
            <br />
            {children}
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** The whole document. `preview` is the line that an inbox shows beside the subject; `why` says why the reader got this. */
export function Layout({
  brand,
  title,
  preview,
  heading,
  why,
  children,
}: {
  brand: TemplateBrand;
  title: string;
  preview: string;
  heading: string;
  why: ReactNode;
  children: ReactNode;
}) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="x-apple-disable-message-reformatting" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: css(brand.palette) }} />
      </head>
      <body className="bg" style={{ margin: "0", padding: "0", backgroundColor: "#f7f7f9" }}>
        <div data-skip="true" aria-hidden="true" style={{ display: "none", maxHeight: "0", overflow: "hidden" }}>
          {preview}
        </div>
        <div role="main" aria-label={title} lang="en">
          <table {...table} className="bg" width="100%" style={{ backgroundColor: "#f7f7f9" }}>
            <tbody>
              <tr>
                <td className="gutter" align="center" style={{ padding: "40px 16px" }}>
                  <table
                    {...table}
                    className="card"
                    width="600"
                    style={{
                      width: "100%",
                      maxWidth: "600px",
                      backgroundColor: "#ffffff",
                      border: "1px solid #e6e6ea",
                      borderRadius: "12px",
                      textAlign: "left",
                    }}
                  >
                    <tbody>
                      <Masthead brand={brand} />
                      <Row top={32}>
                        <h1
                          className="ink"
                          style={{ margin: "0", ...text(24, 30, "#17181c"), fontWeight: 600, letterSpacing: "-0.4px" }}
                        >
                          {heading}
                        </h1>
                      </Row>
                      {children}
                    </tbody>
                  </table>
                  <Footer brand={brand}>{why}</Footer>
                </td>
              </tr>
            </tbody>
          </table>
        </div>
      </body>
    </html>
  );
}
