//! The spam digest, and the pages that its links open.

super::rows! {
    "$[period] Digest" => "$[period] Übersicht", "Récapitulatif $[period]", "Resumen $[period]";
    "Spam Digest for $[recipient]" => "Spam-Übersicht für $[recipient]", "Récapitulatif de spam pour $[recipient]", "Resumen de spam para $[recipient]";
    "My Account" => "Mein Postfach", "Mon compte", "Mi cuenta";
    "Spam digest" => "Spam-Übersicht", "Récapitulatif de spam", "Resumen de spam";
    "{from} to {until} ({zone})" => "{from} bis {until} ({zone})", "du {from} au {until} ({zone})", "del {from} al {until} ({zone})";
    "No message was held for you in this period." => "In diesem Zeitraum wurde keine Nachricht für Sie zurückgehalten.", "Aucun message n’a été retenu pour vous pendant cette période.", "En este periodo no se ha retenido ningún mensaje para usted.";
    "{n} message was held for you.|{n} messages were held for you." => "{n} Nachricht wurde für Sie zurückgehalten.|{n} Nachrichten wurden für Sie zurückgehalten.", "{n} message a été retenu pour vous.|{n} messages ont été retenus pour vous.", "Se ha retenido {n} mensaje para usted.|Se han retenido {n} mensajes para usted.";
    "Held in all: {n}." => "Insgesamt zurückgehalten: {n}.", "Retenus au total : {n}.", "Retenidos en total: {n}.";
    "Red zone" => "Rote Zone", "Zone rouge", "Zona roja";
    "spam, phishing, viruses and the like" => "Spam, Phishing, Viren und Ähnliches", "spam, hameçonnage, virus et similaires", "spam, phishing, virus y similares";
    "Yellow zone" => "Gelbe Zone", "Zone jaune", "Zona amarilla";
    "foreign languages, attachments, content" => "Fremdsprachen, Anhänge, Inhalte", "langues étrangères, pièces jointes, contenus", "idiomas extranjeros, adjuntos, contenidos";
    "Green zone" => "Grüne Zone", "Zone verte", "Zona verde";
    "junk: advertising and bulk mail" => "Werbung und Massenmails", "publicité et envois en nombre", "publicidad y envíos masivos";
    "View" => "Ansehen", "Voir", "Ver";
    "Block sender" => "Absender sperren", "Bloquer l’expéditeur", "Bloquear al remitente";
    "{n} more is shown behind the first link.|{n} more are shown behind the first link." => "{n} weitere zeigt der erste Link.|{n} weitere zeigt der erste Link.", "{n} de plus derrière le premier lien.|{n} de plus derrière le premier lien.", "{n} más tras el primer enlace.|{n} más tras el primer enlace.";
    "Look at them, release or delete them:" => "Ansehen, freigeben oder löschen:", "Les voir, les libérer ou les supprimer :", "Verlos, liberarlos o eliminarlos:";
    "Support" => "Hilfe", "Assistance", "Soporte";
    "Unsubscribe" => "Abbestellen", "Se désabonner", "Darse de baja";
    "Report spam" => "Spam melden", "Signaler du spam", "Denunciar spam";
    "Change report frequency" => "Häufigkeit ändern", "Changer la fréquence", "Cambiar la frecuencia";
    "Feedback" => "Rückmeldung", "Votre avis", "Comentarios";
    "The links open your own held mail; whoever has this mail can use them, so do not pass it on." => "Die Links öffnen Ihre zurückgehaltenen Mails; wer diese Mail hat, kann sie benutzen. Geben Sie sie nicht weiter.", "Les liens ouvrent vos messages retenus ; quiconque a ce message peut s’en servir, ne le transmettez pas.", "Los enlaces abren su correo retenido; quien tenga este mensaje puede usarlos, así que no lo reenvíe.";
    "You are never asked for a password by mail." => "Sie werden nie per E-Mail nach einem Passwort gefragt.", "Jamais un mot de passe ne vous est demandé par courriel.", "Nunca se le pedirá una contraseña por correo.";

    "Release this message?" => "Diese Nachricht freigeben?", "Libérer ce message ?", "¿Liberar este mensaje?";
    "Delete this message?" => "Diese Nachricht löschen?", "Supprimer ce message ?", "¿Eliminar este mensaje?";
    "Block this sender?" => "Diesen Absender sperren?", "Bloquer cet expéditeur ?", "¿Bloquear a este remitente?";
    "It is delivered to {address}." => "Sie wird an {address} zugestellt.", "Il sera remis à {address}.", "Se entregará a {address}.";
    "It is deleted and will not reach {address}." => "Sie wird gelöscht und erreicht {address} nicht.", "Il sera supprimé et n’atteindra pas {address}.", "Se eliminará y no llegará a {address}.";
    "Mail from {sender} to {address} is stopped from now on." => "Mail von {sender} an {address} wird künftig angehalten.", "Le courrier de {sender} à {address} sera désormais arrêté.", "El correo de {sender} para {address} se detendrá a partir de ahora.";
    "The message is released." => "Die Nachricht ist freigegeben.", "Le message est libéré.", "El mensaje está liberado.";
    "The message is deleted." => "Die Nachricht ist gelöscht.", "Le message est supprimé.", "El mensaje está eliminado.";
    "The sender is blocked." => "Der Absender ist gesperrt.", "L’expéditeur est bloqué.", "El remitente está bloqueado.";
    "This link was used already, or what it is about is gone." => "Dieser Link wurde schon benutzt, oder worum es geht, ist nicht mehr da.", "Ce lien a déjà servi, ou son objet n’existe plus.", "Este enlace ya se usó, o aquello de lo que trata ya no existe.";
    "Stop the digests?" => "Keine Übersichten mehr?", "Arrêter les récapitulatifs ?", "¿Dejar de recibir resúmenes?";
    "No digests are sent to {address} any more. You can turn them on again in your settings." => "An {address} werden keine Übersichten mehr gesendet. In Ihren Einstellungen schalten Sie sie wieder ein.", "Plus aucun récapitulatif ne sera envoyé à {address}. Vous pourrez les réactiver dans vos paramètres.", "Ya no se enviarán resúmenes a {address}. Puede reactivarlos en sus ajustes.";
    "Stop the digests" => "Übersichten abbestellen", "Arrêter les récapitulatifs", "Dejar de recibirlos";
    "The digests are stopped." => "Die Übersichten sind abbestellt.", "Les récapitulatifs sont arrêtés.", "Los resúmenes están desactivados.";
    "Spam in your inbox? Forward it as an attachment to your mail administrator, so that its headers stay whole; do not copy its text." => "Spam im Posteingang? Leiten Sie ihn als Anhang an Ihren Mailadministrator weiter, damit die Kopfzeilen ganz bleiben; kopieren Sie nicht den Text.", "Du spam dans votre boîte ? Transférez-le en pièce jointe à votre administrateur de messagerie, pour que les en-têtes restent entiers ; ne copiez pas le texte.", "¿Spam en su bandeja? Reenvíelo como adjunto a su administrador de correo para que las cabeceras queden enteras; no copie el texto.";
    "To stop one sender at once, put the address among your enemies, or choose “Block sender” in a digest." => "Um einen Absender sofort anzuhalten, setzen Sie die Adresse auf Ihre Sperrliste, oder wählen Sie in einer Übersicht „Absender sperren“.", "Pour arrêter tout de suite un expéditeur, ajoutez l’adresse à vos indésirables, ou choisissez « Bloquer l’expéditeur » dans un récapitulatif.", "Para detener a un remitente de inmediato, ponga su dirección entre los no deseados o elija «Bloquear al remitente» en un resumen.";
    "Done" => "Erledigt", "Terminé", "Hecho";
}
