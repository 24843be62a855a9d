// The people of the demo: two agencies, their owners, and clients with names from many places.

export type DemoAgency = {
  slug: string;
  name: string;
  timeZone: string;
  color: string;
  owner: { name: string; email: string };
  clients: readonly DemoClient[];
};

/** Name and company; the address is made from both. */
export type DemoClient = readonly [name: string, company: string];

export const DEMO_PASSWORD = "correct-horse-battery";

const northwind: readonly DemoClient[] = [
  ["Maya Okafor", "Brightwater Foods"],
  ["Tomás Herrera", "Solidago Landscapes"],
  ["Annika Lindqvist", "Fjordline Optics"],
  ["Priya Raghunathan", "Kestrel Works"],
  ["Daniel Osei-Bonsu", "Harbour Lane Dental"],
  ["Chloé Marchetti", "Atelier Marchetti"],
  ["Jun Watanabe", "Kuromatsu Interiors"],
  ["Ewan MacAskill", "Peat & Pine"],
  ["Fatima Al-Sayed", "Meridian Clinic"],
  ["Rosa Jiménez Villanueva", "Olivar Verde"],
  ["Oliver Keskinen", "Northmoor"],
  ["Samira Haddad", "Kestrel Works"],
  ["Lena Fischer", "Fischer Druck"],
  ["Nadia Stone", "Stonecroft"],
  ["Mateusz Kowalczyk", "Kowalczyk Stolarnia"],
  ["Grace Nakamura", "Paper Lantern"],
  ["Ibrahim Touré", "Touré Transport"],
  ["Hannah Byrne", "Byrne & Daughters"],
  ["Viktor Dragomir", "Dragomir Legal"],
  ["Aroha Ngata", "Ngata Surveying"],
  ["Beatriz Carvalho", "Casa Carvalho"],
  ["Kwame Mensah", "Mensah Roofing"],
  ["Ingeborg Dahl", "Dahl Bakeri"],
  ["Sanjay Pillai", "Pillai Physiotherapy"],
  ["Élodie Fontaine", "Fontaine Fleurs"],
  ["Marcus Webb", "Webb Joinery"],
  ["Yara Haddad", "Cedar Catering"],
  ["Leonhard Brandt", "Brandt Uhren"],
  ["Siobhán Kelly", "Kelly Kennels"],
  ["Pavel Novotný", "Novotný Sklo"],
];

const rivermark: readonly DemoClient[] = [
  ["Amara Diallo", "Diallo Design"],
  ["Henrik Sørensen", "Sørensen Skib"],
  ["Lucia Romano", "Romano Ceramiche"],
  ["Wei Zhang", "Zhang Analytics"],
  ["Patrick O'Connell", "O'Connell Estates"],
  ["Sofia Papadaki", "Papadaki Olive"],
  ["Dmitri Ivanov", "Ivanov Instruments"],
  ["Zoe Thompson", "Thompson Tutoring"],
  ["Carlos Mendoza", "Mendoza Motors"],
  ["Freya Jensen", "Jensen Textiles"],
  ["Ahmed Farouk", "Farouk Films"],
  ["Isabelle Moreau", "Moreau Pâtisserie"],
  ["Thabo Nkosi", "Nkosi Outdoors"],
  ["Katarzyna Wójcik", "Wójcik Architekci"],
  ["Benjamin Hart", "Hart Hardware"],
  ["Mei Lin Tan", "Tan Teahouse"],
  ["Jorge Álvarez", "Álvarez Abogados"],
  ["Nina Petrović", "Petrović Print"],
  ["Omar Rahman", "Rahman Rugs"],
  ["Clara Engström", "Engström El"],
  ["Luca Bianchi", "Bianchi Bici"],
  ["Ruth Adeyemi", "Adeyemi Audit"],
  ["Stefan Müller", "Müller Mühle"],
  ["Tuuli Virtanen", "Virtanen Valo"],
  ["Gareth Pugh", "Pugh Pottery"],
  ["Alma Castillo", "Castillo Cantina"],
];

export const demoAgencies: readonly DemoAgency[] = [
  {
    slug: "northwind",
    name: "Northwind",
    timeZone: "Europe/London",
    color: "#0f6b53",
    owner: { name: "Nora Halvorsen", email: "nora@northwind.example" },
    clients: northwind,
  },
  {
    slug: "rivermark",
    name: "Rivermark",
    timeZone: "Europe/Berlin",
    color: "#2f5bd7",
    owner: { name: "Rafael Costa", email: "rafael@rivermark.example" },
    clients: rivermark,
  },
];
