//! The shapes of the glyphs: a box of 200 by 200, colours as marks (`$g $l $m $d $a`).
//! Nothing but drawings.

pub(super) const CUP: &str = concat!(
    r#"<path fill="none" stroke="$m" stroke-width="7" stroke-linecap="round" d="M78"#,
    r#" 54c-12-14 12-22 0-38M104 50c-12-14 12-24 0-42M130 54c-12-14 12-22 0-38"/>"#,
    r#"<ellipse cx="102" cy="174" rx="82" ry="13" fill="$m"/>"#,
    r#"<ellipse cx="102" cy="170" rx="52" ry="7" fill="$d"/>"#,
    r##"<path fill="#fff" d="M42 80h120c0 48-22 90-60 90S42 128 42 80z"/>"##,
    r#"<path fill="$l" d="M118 80h44c0 48-22 90-60 90 26-18 34-50 16-90z"/>"#,
    r#"<path fill="$a" d="M44 100h116l-4 22H48z"/>"#,
    r#"<path fill="$d" d="m58 111 9-8 9 8-9 8zM84 111l9-8 9 8-9 8zM110 111l9-8 9 8-9 8z"/>"#,
    r#"<ellipse cx="102" cy="80" rx="60" ry="15" fill="$m"/>"#,
    r#"<ellipse cx="102" cy="82" rx="50" ry="10" fill="$d"/>"#,
);

pub(super) const JEBENA: &str = concat!(
    r#"<path fill="$m" d="M54 178h96l10 12H44z"/><path fill="$a" d="M60 170h84l6 9H54z"/>"#,
    r#"<path fill="none" stroke="$d" stroke-width="10" d="M112 48c52-10 62 42 30 66"/>"#,
    r#"<path fill="$d" d="M72 112 28 76l9-11 52 32z"/>"#,
    r#"<path fill="$d" d="M88 42h28l3 36c20 10 35 28 35 50 0 30-22 46-52"#,
    r#" 46s-52-16-52-46c0-22 15-40 35-50z"/>"#,
    r#"<path fill="$m" d="M66 130c0-20 12-34 27-42-5 22-5 52 6 76-19-3-33-14-33-34z"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="5" d="m52 134 10-9 10 9 10-9 10 9 10-9"#,
    r#" 10 9 10-9 10 9 10-9 10 9"/><path fill="$a" d="M86 42h32l-3-11H89z"/>"#,
    r#"<circle cx="102" cy="20" r="11" fill="$m"/>"#,
);

pub(super) const DRESS: &str = concat!(
    r##"<path fill="#fff" d="M80 10h40l22 14 26 56-20 10-18-28 4 34 36 96H30l36-96 4-34-18"##,
    r#" 28-20-10 26-56z"/>"#,
    r#"<path fill="$l" d="m130 62 4 34 36 96h-26L120 96zM70 62l-4 34-36 96h26L80 96z"/>"#,
    r#"<path fill="$m" d="M38 170h124l8 22H30zM32 80l5-11 20 10-5 11zM168 80l-5-11-20 10 5"#,
    r#" 11z"/><path fill="$m" d="M80 10h40l-20 36z"/>"#,
    r#"<path fill="$g" d="M88 10h24l-12 22z"/><path fill="$m" d="M92 40h16v132H92z"/>"#,
    r#"<path fill="$d" d="M67 88h66l2 11H65z"/>"#,
    r#"<path fill="$a" d="m100 52 5 8-5 8-5-8zM100 72l5 8-5 8-5-8zM100 106l5 8-5 8-5-8zM100"#,
    r#" 128l5 8-5 8-5-8zM100 150l5 8-5 8-5-8z"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="4" d="m32 186 10-9 10 9 10-9 10 9 10-9 9"#,
    r#" 9 9-9 9 9 9-9 10 9 10-9 10 9 10-9 10 9"/>"#,
);

pub(super) const SHIRT: &str = concat!(
    r#"<path fill="$m" d="m70 22 30 14 30-14 36 20 22 58-30 12-12-28v98H54V84l-12 28-30-12"#,
    r#" 22-58z"/><path fill="$d" d="m54 84 7-14v112h-7zM146 84l-7-14v112h7z"/>"#,
    r#"<path fill="$d" d="M66 24 78 18h44l12 6-34 24z"/>"#,
    r##"<path fill="$l" d="M78 18h44l-22 18z"/><path fill="#fff" d="M90 42h20v84H90z"/>"##,
    r#"<path fill="$a" d="m100 50 7 9-7 9-7-9zM100 75l7 9-7 9-7-9zM100 100l7 9-7 9-7-9z"/>"#,
    r##"<path fill="#fff" d="m15 93 30 12-3 7-30-12zM185 93l-30 12 3 7 30-12zM54"##,
    r#" 168h92v8H54z"/>"#,
);

pub(super) const SHOE: &str = concat!(
    r#"<path fill="$m" d="M22 66c14 12 34 10 46-8l18-8 46 44c12 10 34 12 46 20 10 7 14 18"#,
    r#" 14 32H16c-4-30-2-56 6-80z"/>"#,
    r#"<path fill="$d" d="M22 66c14 12 34 10 46-8l8 30c-16 20-40 26-58 20 0-14 1-29 4-42z"#,
    r#""/><path fill="$l" d="M192 146c0-14-4-25-14-32-6-4-14-6-22-9-14 10-18 26-14 41z"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="7" d="M34 132c40 2 62-10 84-30"/>"#,
    r##"<path fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" d="m82 74"##,
    r#" 18-12M94 86l18-12M106 98l18-12M118 109l16-12"/>"#,
    r##"<path fill="#fff" d="M12 146h184c0 14-6 22-16 22H24c-8 0-12-8-12-22z"/>"##,
    r#"<path fill="$a" d="M12 154h183l-2 6H14z"/>"#,
    r#"<path fill="$d" d="M26 168h20v6H26zM56 168h20v6H56zM86 168h20v6H86zM116"#,
    r#" 168h20v6h-20zM146 168h20v6h-20z"/>"#,
);

pub(super) const BOOK: &str = concat!(
    r#"<path fill="$d" d="M40 30c0-10 6-16 16-16h108v156H56c-8 0-16 4-16 12z"/>"#,
    r##"<path fill="#fff" d="M52 172h110v16H54c-12 0-12-16-2-16z"/>"##,
    r#"<path fill="$l" d="M52 176h110v3H50zM51 182h111v3H52z"/>"#,
    r#"<path fill="$m" d="M56 14h108v156H56z"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="4" d="M68 28h84v128H68z"/>"#,
    r#"<path fill="$l" d="M82 42h56v10H82zM92 58h36v6H92z"/>"#,
    r#"<path fill="$a" d="m110 74 30 32-30 32-30-32z"/>"#,
    r#"<path fill="$d" d="m110 86 19 20-19 20-19-20z"/>"#,
    r#"<path fill="$g" d="m110 97 9 9-9 9-9-9z"/>"#,
    r#"<path fill="$a" d="M142 170h14v28l-7-7-7 7z"/>"#,
);

pub(super) const HONEY: &str = concat!(
    r##"<path fill="#fff" d="M52 58h96c16 12 22 26 22 44v60c0 14-8 24-22 24H52c-14"##,
    r#" 0-22-10-22-24v-60c0-18 6-32 22-44z"/>"#,
    r##"<path fill="#eaa221" d="M40 90c20-10 40 8 60 0s40-8 60 0c2 5 2 9 2 14v56c0 12-6"##,
    r#" 18-16 18H54c-10 0-16-6-16-18v-56c0-5 0-9 2-14z"/>"#,
    r##"<path fill="#c97a10" d="M132 88c10-3 18-2 28 2 2 5 2 9 2 14v56c0 12-6 18-16"##,
    r#" 18h-26c14-22 18-60 12-90z"/><path fill="$m" d="M44 18h112l8 34H36z"/>"#,
    r#"<path fill="$d" d="M40 50h120v12H40z"/>"#,
    r#"<path fill="$a" d="m60 40-8-8 8-8 8 8zM86 40l-8-8 8-8 8 8zM112 40l-8-8 8-8 8 8zM138"#,
    r#" 40l-8-8 8-8 8 8z"/><path fill="$g" d="m100 98 34 19v36l-34 19-34-19v-36z"/>"#,
    r#"<path fill="none" stroke="$d" stroke-width="5" d="m100 109 15 9v17l-15 9-15-9v-17z"#,
    r#"M100 144v18M115 118l14-7M85 118l-14-7"/>"#,
);

pub(super) const BASKET: &str = concat!(
    r#"<path fill="$m" d="M100 20 176 92H24z"/>"#,
    r#"<path fill="$a" d="M80 39h40l16 15H64zM48 69h104l10 9H38z"/>"#,
    r#"<path fill="$d" d="m64 69-6-7 6-8 7 8zM88 69l-6-7 6-8 6 8zM112 69l-6-7 6-8 6 8zM136"#,
    r#" 69l-7-7 7-8 6 8z"/><circle cx="100" cy="16" r="9" fill="$d"/>"#,
    r#"<path fill="$d" d="M18 92h164v12H18z"/>"#,
    r#"<path fill="$l" d="M26 104h148c-4 24-28 34-46 38l22 46H50l22-46c-18-4-42-14-46-38z"#,
    r#""/><path fill="$m" d="M34 118h132l-14 12H48zM66 152h68l6 12H60z"/>"#,
    r#"<path fill="$a" d="m60 130 8-12 8 12zM86 130l8-12 8 12zM112 130l8-12 8 12zM138"#,
    r#" 130l6-12 8 12zM84 164l6-12 6 12zM104 164l6-12 6 12z"/>"#,
    r#"<path fill="$d" d="M52 180h96l6 10H46z"/>"#,
);

pub(super) const SPICE: &str = concat!(
    r##"<path fill="#c8371f" d="M28 104c18-6 34-42 52-60 10-10 26-10 36 2 16 18 34 52 56 58z"##,
    r#""/>"#,
    r##"<path fill="#e2592f" d="M28 104c18-6 34-42 52-60 8-8 18-9 26-5-20 16-26 48-22 65z"/>"##,
    r##"<g fill="#8e1f10"><circle cx="112" cy="66" r="3"/><circle cx="128" cy="86" r="3"/>"##,
    r#"<circle cx="104" cy="90" r="3"/><circle cx="146" cy="95" r="3"/></g>"#,
    r#"<path fill="$d" d="M14 100h172v12H14z"/>"#,
    r#"<path fill="$m" d="M20 112h160c-2 38-26 60-56 66H76c-30-6-54-28-56-66z"/>"#,
    r#"<path fill="$a" d="m24 132 15-12 15 12 15-12 15 12 16-12 16 12 15-12 15 12 15-12 15"#,
    r#" 12-5 12-10-8-15 12-15-12-15 12-16-12-16 12-15-12-15 12-15-12-10 8z"/>"#,
    r#"<path fill="$d" d="M70 176h60l8 14H62z"/>"#,
);

pub(super) const PHONE: &str = concat!(
    r#"<rect x="52" y="8" width="96" height="184" rx="17" fill="$d"/>"#,
    r#"<rect x="60" y="20" width="80" height="160" rx="8" fill="$l"/>"#,
    r#"<path fill="$m" d="M60 128c20-22 40 10 80-28v72c0 5-3 8-8 8H68c-5 0-8-3-8-8z"/>"#,
    r#"<circle cx="114" cy="62" r="15" fill="$a"/>"#,
    r##"<path fill="#fff" d="M70 34h32v7H70zM70 47h20v7H70z"/><g fill="#fff">"##,
    r#"<rect x="68" y="152" width="18" height="18" rx="5"/>"#,
    r#"<rect x="91" y="152" width="18" height="18" rx="5"/>"#,
    r#"<rect x="114" y="152" width="18" height="18" rx="5"/></g>"#,
    r#"<rect x="86" y="13" width="28" height="4" rx="2" fill="$m"/>"#,
    r#"<path fill="$m" d="M148 60h5v26h-5z"/>"#,
);

pub(super) const HEADPHONES: &str = concat!(
    r#"<path fill="none" stroke="$d" stroke-width="16" d="M34 128c0-140 132-140 132 0"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="4" d="M34 118c4-122 128-122 132 0"/>"#,
    r#"<rect x="20" y="104" width="30" height="76" rx="14" fill="$m"/>"#,
    r#"<rect x="150" y="104" width="30" height="76" rx="14" fill="$m"/>"#,
    r#"<rect x="44" y="108" width="20" height="68" rx="10" fill="$d"/>"#,
    r#"<rect x="136" y="108" width="20" height="68" rx="10" fill="$d"/>"#,
    r#"<path fill="$a" d="m32 130 7 12-7 12-7-12zM168 130l7 12-7 12-7-12z"/>"#,
    r#"<path fill="none" stroke="$m" stroke-width="7" stroke-linecap="round" d="M84"#,
    r#" 130v24M100 116v52M116 130v24"/>"#,
);

pub(super) const CROSS: &str = concat!(
    r#"<path fill="none" stroke="$d" stroke-width="4" d="M40 4c6 40 34 48 60 50 26-2 54-10"#,
    r#" 60-50"/><circle cx="100" cy="54" r="9" fill="none" stroke="$a" stroke-width="6"/>"#,
    r#"<path fill="$a" d="M88 62h24v22c10 0 16 6 18 14h24V86h14v48h-14v-12h-24c-2 8-8 14-18"#,
    r#" 14v24h12v14h-12v12H88v-12H76v-14h12v-24c-10 0-16-6-18-14H46v12H32V86h14v12h24c2-8"#,
    r#" 8-14 18-14z"/><path fill="$m" d="M100 92 118 110 100 128 82 110z"/>"#,
    r#"<circle cx="100" cy="110" r="7" fill="$g"/>"#,
    r#"<path fill="$d" d="M94 68h12v12H94zM94 142h12v26H94zM50 104h16v12H50zM134"#,
    r#" 104h16v12h-16z"/>"#,
    r#"<path fill="$m" d="m76 86 8-10v16H70zM124 86l-8-10v16h14zM76 134l8 10v-16H70zM124"#,
    r#" 134l-8 10v-16h14z"/>"#,
);

pub(super) const RINGS: &str = concat!(
    r#"<circle cx="72" cy="124" r="50" fill="none" stroke="$a" stroke-width="16"/>"#,
    r#"<circle cx="72" cy="124" r="50" fill="none" stroke="$m" stroke-width="3"/>"#,
    r#"<circle cx="128" cy="124" r="50" fill="none" stroke="$m" stroke-width="16"/>"#,
    r#"<circle cx="128" cy="124" r="50" fill="none" stroke="$l" stroke-width="3" "#,
    r#"stroke-dasharray="7 7"/>"#,
    r#"<path fill="none" stroke="$a" stroke-width="16" d="M104 86A50 50 0 0 1 122 124"/>"#,
    r#"<path fill="none" stroke="$m" stroke-width="3" d="M104 86A50 50 0 0 1 122 124"/>"#,
    r#"<path fill="$d" d="M48 34h48l16 18-40 38-40-38z"/><path fill="$m" d="m48 34-16 18h24z"/>"#,
    r##"<path fill="#fff" d="M56 52h32L72 90z"/><path fill="$l" d="M64 34h16l8 18H56z"/>"##,
    r#"<path fill="$m" d="m96 34 16 18H88z"/>"#,
    r#"<path fill="$a" d="m132 14 5 13 13 5-13 5-5 13-5-13-13-5 13-5zM24 8l3 9 9 3-9 3-3 9-3-9-9"#,
    r#"-3 9-3z"/>"#,
);

pub(super) const BAG: &str = concat!(
    r#"<path fill="none" stroke="$d" stroke-width="9" d="M62 72c0-74 76-74 76 0"/>"#,
    r#"<path fill="$m" d="M32 68h136l16 106c1 8-4 14-12 14H28c-8 0-13-6-12-14z"/>"#,
    r#"<path fill="$d" d="M32 68h136l6 40c-16 22-44 30-74 30s-58-8-74-30z"/>"#,
    r#"<path fill="none" stroke="$l" stroke-width="3" stroke-dasharray="8 5" d="M34 106c16"#,
    r#" 16 40 22 66 22s50-6 66-22M24 178h152"/>"#,
    r#"<rect x="86" y="122" width="28" height="32" rx="5" fill="$a"/>"#,
    r#"<circle cx="100" cy="136" r="5" fill="$d"/><path fill="$d" d="M98 138h4v9h-4z"/>"#,
    r#"<path fill="$a" d="M54 62h16v16H54zM130 62h16v16h-16z"/>"#,
);

pub(super) const TEFF: &str = concat!(
    r#"<path fill="none" stroke="$d" stroke-width="6" stroke-linecap="round" d="M100"#,
    r#" 192c0-60 0-110 0-160M94 192c-2-50-16-90-40-120M106 192c2-50 16-90 40-120"/>"#,
    r##"<path fill="#d99a1c" d="M100 8c10 12 10 24 0 34-10-10-10-22 0-34zM52 50c12 4 16 14"##,
    r#" 12 26-12-4-16-14-12-26zM148 50c-12 4-16 14-12 26 12-4 16-14 12-26z"/>"#,
    r#"<path fill="$m" d="M100 66c0-14 8-22 20-24 2 14-6 24-20 24zM100 66c0-14-8-22-20-24-2"#,
    r#" 14 6 24 20 24zM100 94c0-14 8-22 20-24 2 14-6 24-20 24zM100 94c0-14-8-22-20-24-2 14"#,
    r#" 6 24 20 24z"/>"#,
    r##"<path fill="#d99a1c" d="M74 104c-16 0-24-8-26-20 14-2 24 6 26 20zM126 104c16 0 24-8"##,
    r#" 26-20-14-2-24 6-26 20zM86 134c-16 2-26-4-30-16 14-4 26 2 30 16zM114 134c16 2 26-4"#,
    r#" 30-16-14-4-26 2-30 16z"/>"#,
    r#"<path fill="$m" d="M96 180c-34-2-54-18-60-44 32 0 54 16 60 44zM104 180c34-2 54-18"#,
    r#" 60-44-32 0-54 16-60 44z"/><path fill="$a" d="M84 156h32v12H84z"/>"#,
);

pub(super) const SCARF: &str = concat!(
    r#"<path fill="$d" d="M14 26h172v9H14z"/><circle cx="14" cy="30" r="9" fill="$a"/>"#,
    r#"<circle cx="186" cy="30" r="9" fill="$a"/>"#,
    r#"<path fill="$l" d="M84 22h74c6 0 8 4 8 10v106H84z"/>"#,
    r#"<path fill="$m" d="M84 96h82v30H84z"/>"#,
    r#"<path fill="$a" d="M84 104h82v4H84zM84 114h82v4H84z"/>"#,
    r##"<path fill="#fff" d="M34 34c0-8 3-14 10-14h80c-7 0-10 6-10 14v132H34z"/>"##,
    r#"<path fill="$l" d="M102 34c0-8 3-14 10-14h12c-7 0-10 6-10 14v132h-12zM34"#,
    r#" 34h3v132h-3z"/><path fill="$m" d="M34 104h80v44H34z"/>"#,
    r#"<path fill="$d" d="M34 110h80v5H34zM34 137h80v5H34z"/>"#,
    r#"<path fill="$a" d="m46 126 9-10 9 10-9 10zM66 126l8-10 9 10-9 10zM85 126l9-10 9 10-9"#,
    r#" 10z"/>"#,
    r#"<path fill="none" stroke="$m" stroke-width="4" d="M38 166v22M48 166v22M58 166v22M68"#,
    r#" 166v22M78 166v22M88 166v22M98 166v22M108 166v22M120 138v18M130 138v18M140"#,
    r#" 138v18M150 138v18M160 138v18"/>"#,
);

pub(super) const LAMP: &str = concat!(
    r#"<path fill="none" stroke="$d" stroke-width="7" d="M66 50c0-54 68-54 68 0"/>"#,
    r#"<path fill="$d" d="M70 36h60l14 22H56zM52 160h96l8 28H44z"/>"#,
    r##"<path fill="#fff" d="M60 58h80c14 30 14 72 0 102H60c-14-30-14-72 0-102z"/>"##,
    r#"<path fill="$l" d="M118 58h22c14 30 14 72 0 102h-22c12-30 12-72 0-102z"/>"#,
    r##"<circle cx="100" cy="116" r="33" fill="#fde8a8"/>"##,
    r##"<path fill="#f0a01e" d="M101 78c4 20 24 28 20 50-3 14-12 22-21 22s-19-8-20-22c-2-16"##,
    r#" 16-26 21-50z"/>"#,
    r##"<path fill="#fff3c4" d="M100 112c2 12 11 16 9 26-1 7-5 12-9 12s-9-5-9-12c0-9 7-14"##,
    r#" 9-26z"/><path fill="$m" d="M47 92h106v6H46zM60 166h80v6H60z"/>"#,
    r#"<path fill="$a" d="m68 188 6-10 6 10zM90 188l10-10 10 10zM120 188l6-10 6 10z"/>"#,
);

pub(super) const SOAP: &str = concat!(
    r#"<path fill="$d" d="M20 160h160c0 16-10 26-26 26H46c-16 0-26-10-26-26z"/>"#,
    r#"<path fill="$m" d="M40 92 66 74h86c10 0 16 6 16 14v54l-24 20H40z"/>"#,
    r#"<rect x="28" y="92" width="118" height="70" rx="14" fill="$l"/>"#,
    r#"<path fill="none" stroke="$m" stroke-width="4" d="M48 108h78c4 0 6 2 6 6v26c0 4-2"#,
    r#" 6-6 6H48c-4 0-6-2-6-6v-26c0-4 2-6 6-6z"/>"#,
    r#"<path fill="$m" d="M86 140c-14-6-18-18-10-26 12 4 16 14 10 26zM90 140c14-6 18-18"#,
    r##" 10-26-12 4-16 14-10 26z"/><g fill="#fff" stroke="$m" stroke-width="4">"##,
    r#"<circle cx="62" cy="52" r="17"/><circle cx="100" cy="28" r="12"/>"#,
    r#"<circle cx="130" cy="54" r="14"/><circle cx="156" cy="30" r="8"/></g>"#,
    r#"<path fill="$a" d="M14 156h172v9H14z"/>"#,
);

pub(super) const GIFT: &str = concat!(
    r#"<path fill="$m" d="M30 92h140v96H30z"/><path fill="$l" d="M30 94h140v8H30z"/>"#,
    r#"<path fill="$d" d="M20 60h160v34H20z"/><path fill="$a" d="M86 60h28v128H86z"/>"#,
    r#"<path fill="$d" d="m100 112 8 10-8 10-8-10zM100 140l8 10-8 10-8-10zM100 70l6 7-6"#,
    r#" 7-6-7z"/>"#,
    r#"<path fill="$a" d="M98 60c-46 4-62-16-54-32 8-14 40-10 54 32zM102 60c46 4 62-16"#,
    r#" 54-32-8-14-40-10-54 32z"/>"#,
    r#"<path fill="$d" d="M90 52c-26 0-36-10-32-18 6-8 22-2 32 18zM110 52c26 0 36-10"#,
    r#" 32-18-6-8-22-2-32 18z"/><circle cx="100" cy="56" r="11" fill="$m"/>"#,
);
