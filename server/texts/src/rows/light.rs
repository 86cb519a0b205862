//! The plain pages, and what acts come to: only the server writes these.

super::rows! {
    "{name}. Times are UTC. " => "{name}. Zeiten in UTC. ", "{name}. Heures en UTC. ", "{name}. Horas en UTC. ";
    "Full version" => "Volle Version", "Version complète", "Versión completa";
    "This did not work" => "Das hat nicht geklappt", "Cela n’a pas fonctionné", "No ha funcionado";
    "Problem" => "Fehler", "Problème", "Problema";
    "To the held mail" => "Zu den zurückgehaltenen Mails", "Vers les messages retenus", "Al correo retenido";
    "All categories" => "Alle Kategorien", "Toutes les catégories", "Todas las categorías";
    "No held message matches." => "Keine zurückgehaltene Nachricht passt.", "Aucun message retenu ne correspond.", "Ningún mensaje retenido coincide.";
    "Nothing is held." => "Nichts wird zurückgehalten.", "Rien n’est retenu.", "No hay nada retenido.";
    "{count}, page {at} of {pages}" => "{count}, Seite {at} von {pages}", "{count}, page {at} sur {pages}", "{count}, página {at} de {pages}";
    "Tick" => "Haken", "Cocher", "Marca";
    "Why, when" => "Warum, wann", "Pourquoi, quand", "Por qué, cuándo";
    "Tick all" => "Alle ankreuzen", "Tout cocher", "Marcar todos";
    "Newer" => "Neuere", "Plus récents", "Más recientes";
    "Older" => "Ältere", "Plus anciens", "Más antiguos";
    " outbound to {address}" => " ausgehend an {address}", " sortant vers {address}", " saliente para {address}";
    " to {address}" => " an {address}", " à {address}", " para {address}";
    "Parts of the text" => "Teile des Textes", "Parties du texte", "Partes del texto";
    "Part {at} of {pages}" => "Teil {at} von {pages}", "Partie {at} sur {pages}", "Parte {at} de {pages}";
    "Back" => "Zurück", "Retour", "Atrás";
    "More" => "Mehr", "Suite", "Más";
    "More of this message" => "Mehr zu dieser Nachricht", "Plus sur ce message", "Más de este mensaje";
    "and {n} more" => "und {n} weitere", "et {n} de plus", "y {n} más";
    "{question} (in digits)" => "{question} (in Ziffern)", "{question} (en chiffres)", "{question} (con cifras)";
    "How often a digest of held mail is sent" => "Wie oft eine Übersicht gesendet wird", "Fréquence d’envoi du récapitulatif", "Con qué frecuencia se envía un resumen";
    "It goes to {address}." => "Sie geht an {address}.", "Il est envoyé à {address}.", "Se envía a {address}.";
    " The last one was sent at {time}." => " Die letzte wurde am {time} gesendet.", " Le dernier a été envoyé le {time}.", " El último se envió el {time}.";
    "Link expired" => "Link abgelaufen", "Lien expiré", "Enlace caducado";
    "It has expired, or is not complete. Log in with your password, or use the link in a newer digest." => "Er ist abgelaufen oder unvollständig. Melden Sie sich mit Ihrem Passwort an, oder nehmen Sie den Link einer neueren Übersicht.", "Il a expiré ou est incomplet. Connectez-vous avec votre mot de passe, ou utilisez le lien d’un récapitulatif plus récent.", "Ha caducado o está incompleto. Inicie sesión con su contraseña o use el enlace de un resumen más reciente.";
    "Open the held mail" => "Zurückgehaltene Mails öffnen", "Ouvrir les messages retenus", "Abrir el correo retenido";
    "Open the message" => "Nachricht öffnen", "Ouvrir le message", "Abrir el mensaje";
    "Open the held mail of {address}" => "Zurückgehaltene Mails von {address} öffnen", "Ouvrir les messages retenus de {address}", "Abrir el correo retenido de {address}";
    "This logs you in to the mailbox {address}. Use it on your own device only." => "Damit melden Sie sich am Postfach {address} an. Benutzen Sie es nur auf Ihrem eigenen Gerät.", "Cela vous connecte à la boîte {address}. Utilisez-le uniquement sur votre propre appareil.", "Esto inicia la sesión del buzón {address}. Úselo solo en su propio dispositivo.";
    "Open the low-bandwidth version" => "Version für langsame Leitungen öffnen", "Ouvrir la version bas débit", "Abrir la versión de bajo consumo";
    "This cannot be undone. You will not get what is deleted." => "Das lässt sich nicht rückgängig machen. Sie bekommen nicht, was gelöscht ist.", "C’est irréversible. Vous ne recevrez pas ce qui est supprimé.", "No se puede deshacer. No recibirá lo que se elimine.";
    "Keep" => "Behalten", "Garder", "Conservar";

    "No message is ticked. Tick the messages first." => "Keine Nachricht ist angekreuzt. Kreuzen Sie zuerst Nachrichten an.", "Aucun message n’est coché. Cochez d’abord les messages.", "No hay ningún mensaje marcado. Marque antes los mensajes.";
    "No message is selected. Tick the messages first." => "Keine Nachricht ist ausgewählt. Wählen Sie zuerst Nachrichten aus.", "Aucun message n’est sélectionné. Cochez d’abord les messages.", "No hay ningún mensaje seleccionado. Marque antes los mensajes.";
    "Choose what to do with the messages." => "Wählen Sie, was mit den Nachrichten geschehen soll.", "Choisissez ce qu’il faut faire des messages.", "Elija qué hacer con los mensajes.";
    "{n} held again" => "{n} wieder zurückgehalten", "{n} à nouveau retenu(s)", "{n} retenido(s) de nuevo";
    "{n} released" => "{n} freigegeben", "{n} libéré(s)", "{n} liberado(s)";
    "{n} returned to the sender" => "{n} an den Absender zurück", "{n} renvoyé(s) à l’expéditeur", "{n} devuelto(s) al remitente";
    "{n} deleted" => "{n} gelöscht", "{n} supprimé(s)", "{n} eliminado(s)";
    ", {n} failed" => ", {n} fehlgeschlagen", ", {n} en échec", ", {n} fallido(s)";
    "Choose how often the digest is sent." => "Wählen Sie, wie oft die Übersicht gesendet wird.", "Choisissez la fréquence du récapitulatif.", "Elija con qué frecuencia se envía el resumen.";
    "Saved: no digests will be sent" => "Gespeichert: Es werden keine Übersichten gesendet", "Enregistré : aucun récapitulatif ne sera envoyé", "Guardado: no se enviarán resúmenes";
    "Saved: a digest will be sent every day on which mail was held" => "Gespeichert: An jedem Tag mit zurückgehaltenen Mails wird eine Übersicht gesendet", "Enregistré : un récapitulatif sera envoyé chaque jour où des messages ont été retenus", "Guardado: se enviará un resumen cada día en que se haya retenido correo";
    "Saved: a digest will be sent on Mondays" => "Gespeichert: Montags wird eine Übersicht gesendet", "Enregistré : un récapitulatif sera envoyé le lundi", "Guardado: se enviará un resumen los lunes";
    "Saved" => "Gespeichert", "Enregistré", "Guardado";
    "The session is over" => "Die Sitzung ist beendet", "La session est terminée", "La sesión ha terminado";
    "There is no other session" => "Es gibt keine andere Sitzung", "Il n’y a pas d’autre session", "No hay ninguna otra sesión";
    "{n} other session is over|{n} other sessions are over" => "{n} andere Sitzung ist beendet|{n} andere Sitzungen sind beendet", "{n} autre session est terminée|{n} autres sessions sont terminées", "Ha terminado {n} sesión más|Han terminado {n} sesiones más";
}
