package seed

// The words that made-up people and groups are made of. Those of people have
// beside them how they are written in addresses.

var givenNames = []string{
	"Anna anna", "Åsa asa", "Björn bjorn", "Erik erik", "Göran goran", "Maja maja", "Øyvind oyvind", "Søren soren",
	"Zoë zoe", "François francois", "Élodie elodie", "Hélène helene", "Jürgen jurgen", "Käthe kathe", "Lukas lukas", "Sofie sofie",
	"José jose", "Íñigo inigo", "Lucía lucia", "Nuño nuno", "João joao", "Conceição conceicao", "Łukasz lukasz", "Małgorzata malgorzata",
	"Zofia zofia", "Jiří jiri", "Kateřina katerina", "Šárka sarka", "Željko zeljko", "Ivana ivana", "Ștefan stefan", "Ioana ioana",
	"Gülşen gulsen", "İlker ilker", "Ayşe ayse", "Νίκος nikos", "Ελένη eleni", "Олена olena", "Дмитро dmytro", "Анна-Мария anna-maria",
	"Nguyệt nguyet", "Minh minh", "Priya priya", "Arjun arjun", "さくら sakura", "健太 kenta", "美咲 misaki", "小龙 xiaolong",
	"지우 jiwoo", "민준 minjun", "ليلى layla", "يوسف yousef", "נועה noa", "Siobhán siobhan", "Ciarán ciaran", "Olivia olivia",
	"James james", "Þóra thora", "Väinö vaino", "Aino aino", "Mārtiņš martins", "Rūta ruta", "Tõnu tonu",
}

var familyNames = []string{
	"Andersson andersson", "Sjöberg sjoberg", "Åkesson akesson", "Lindström lindstrom", "Hansen hansen", "Ødegård odegard", "Sørensen sorensen",
	"Nygård nygard", "van der Berg vanderberg", "de Vries devries", "Lefèvre lefevre", "Dubois dubois", "Müller muller", "Weiß weiss",
	"Schäfer schafer", "García garcia", "Núñez nunez", "Ibáñez ibanez", "Gonçalves goncalves", "Simões simoes", "Wójcik wojcik", "Żak zak",
	"Dąbrowska dabrowska", "Dvořák dvorak", "Černá cerna", "Horváth horvath", "Kovačević kovacevic", "Popescu popescu", "Țurcanu turcanu",
	"Yılmaz yilmaz", "Çelik celik", "Öztürk ozturk", "Παπαδόπουλος papadopoulos", "Γεωργίου georgiou", "Шевченко shevchenko",
	"Коваленко kovalenko", "Петрова petrova", "Nguyễn nguyen", "Trần tran", "Sharma sharma", "Patel patel", "佐藤 sato", "鈴木 suzuki",
	"高橋 takahashi", "王 wang", "李 li", "김 kim", "박 park", "الحسن alhassan", "حداد haddad", "כהן cohen", "O'Brien obrien",
	"Ó Súilleabháin osuilleabhain", "MacLeod macleod", "Smith smith", "Taylor taylor", "Jónsdóttir jonsdottir", "Virtanen virtanen",
	"Mäkelä makela", "Bērziņš berzins", "Kazlauskienė kazlauskiene",
}

var titles = []string{
	"Consultant", "Senior consultant", "Team lead", "Developer", "Designer", "Tester", "Architect", "Project manager", "Account manager",
	"Controller", "Recruiter", "Agile coach", "Data analyst", "Key account manager, Nordics", "Utvecklare", "Géomètre", "Geschäftsführer",
}

var localities = []string{
	"Stockholm", "Göteborg", "Malmö", "Oslo", "København", "Århus", "Helsinki", "Reykjavík", "Berlin", "München", "Zürich", "Łódź", "Kraków",
	"Praha", "Paris", "Orléans", "Lisboa", "São Paulo", "İstanbul", "Αθήνα", "Київ", "Hà Nội", "東京", "서울",
}

var groupNames = []string{
	"Consultants", "Developers", "Designers", "Sales", "Finance", "Leads", "Testers", "Alumni", "Mentors", "Säljare", "Équipe produit",
	"Entwicklung", "Projekt Łódź", "Recruiting", "Security", "Support",
}

var domains = []string{"example.com", "example.net", "example.org"}
