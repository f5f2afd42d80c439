/**
 * Words that passwords are made of far too often: what the lists of leaked passwords have in common, in one form each.
 * password-rules.ts finds them with digits around them and signs in place of letters.
 */
const text = `
  abc abcd abcdef access account admin administrator adobe alex alexander alexandra always amanda amazing
  amazon america american an and andrew android angel angelina anna anthony apple april arsenal artist asdf
  asdfgh asdfghjkl ashley assassin asshole august australia autumn avenger avengers awesome azerty baby
  babyboy babygirl bad bailey banana barcelona baseball basketball batman beach bear beautiful believe bella
  berlin best bestfriend big birthday black blessed blizzard blue bonjour boston boxing brandon brazil
  brother brown bubbles bullshit bunny business buster butter butterfly california camaro canada candy cash
  cat celtic champion change changeme charles charlie cheese cheetah chelsea cherry chevrolet chicago
  chicken china chocolate christ christmas ciao cisco cock coffee company computer contrasena cookie cookies
  cool correct correcthorsebatterystaple corvette counterstrike cowboys crazy cricket crystal cutie daddy
  daisy dallas dance dancer daniel darling david december default demo demon desert devil diablo diamond
  dick dinosaur dirty dodgers dog doggy dollar dolphin dragon dream dreamer dreams drummer duck eagle eagles
  earth edc eight elephant elizabeth emily eminem emma england enter everything example facebook faith
  falcon family father february ferrari fire first fitness five florida flower flowers football ford forest
  forever fortnite four france freedom friday friend friends frodo fuck fucker fuckoff fuckyou funny gamer
  gaming gandalf george germany ginger god gold golden golf golfer good google grandma grandpa gray great
  green grey guest guitar hallo halo hannah happy harley harleydavidson haslo hawk heaven hell hello hero
  heslo hobbit hockey hola holiday honda honey hope horse horsebatterystaple hottie houston hulk hunter
  hyper ice idiot ilove iloveu iloveyou imagine in india instagram internet iphone ironman is island james
  january japan jedi jennifer jessica jesus john joker jonathan jordan joseph joshua july june justin
  juventus killer king kingdom kitten kitty knight lakers last laura legend lemon let letmein letmeinnow
  liberty life lightning lily linkedin linux lion little live liverpool login logon london losenord love
  lovely loveme lover loveyou lucky lucy maggie magic magician manchester march maria mario master
  mastermind matrix matthew maverick may me meeting mega mercedes merlin metal metallica mexico michael
  michelle microsoft million millionaire minecraft molly mommy monday money monkey moonlight motdepasse
  mother mountain music mustang my mylove mynameis mypass mypassword mysecret mysql mystery naruto natasha
  naughty netflix network never new newyork nicholas nicole nine ninja nintendo nirvana nobody nopassword
  nothing november number ocean october office old olivia one open opensesame openthedoor oracle orange our
  packers panther paradise paris parola pass passcode passphrase passwd password passwort patriots peace
  peaches pearl penguin pepper phoenix photoshop piano pikachu pink pirate pizza platinum playstation please
  pokemon pony porn porsche power pretty prince princess private public puppy purple pussy qaz qazwsx
  qazwsxedc queen qwer qwerty qwertyuiop qwertz rabbit racing raiders rainbow ranger rangers realmadrid red
  redsox rfv rich richard river robert roblox rock rocknroll rockstar room root rose router royal ruby rugby
  running russia salasana samantha sample samsung samurai sarah satan saturday scarlet scorpion secret
  secure security senha september server sesame seven sex sexy shadow shark shit signin silver singer sister
  six skywalker slipknot smile sniper soccer soldier somebody something sonic sophia sophie spider spiderman
  spirit spring star starlight starwars steelers stoa storm strawberry stupid sugar summer sunday sunshine
  super superman superuser suzuki sweet sweetheart swimming system temp temporary ten tennis test tester
  testing texas the thisis thisisapassword thisismypassword thomas three thunder thursday tiger together
  topsecret toyota trustno tuesday turtle twitter two ubuntu ultra unicorn united user username vader
  victoria victory viking violet volleyball wachtwoord warcraft warrior water website wednesday weekend
  welcome whatever white whiteboard whoever wifi william windows winner winter wizard wolf wolverine work
  wsx xbox yamaha yankees yellow yoda you your yourpassword youtube zelda zxcv zxcvbnm
`

export const commonWords: ReadonlySet<string> = new Set(text.trim().split(/\s+/))

export const commonWordLengthMax = Math.max(...[...commonWords].map((word) => word.length))
